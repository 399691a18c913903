"""The steward's desk: what waits there, and how long lists stay readable."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.actions import set_language
from accounts.models import User
from cop.actions.groups import change_group, withdraw_group
from cop.actions.membership import join_group
from cop.models import Group, Member
from events.actions.attendance import attend
from events.models import Attendee
from federation.models import Node
from journal.models import Errand
from journal.schedule import arm
from tests.gatherings import Camden


@pytest.fixture
def camden(db):
    camden = Camden()
    User.objects.filter(actor=camden.alice).update(is_steward=True)
    return camden


def desk(camden: Camden, path: str = "/desk/") -> str:
    return camden.client(camden.alice).get(path).content.decode()


def test_a_request_to_come_waits_at_the_desk_until_it_is_answered(camden):
    lab = camden.gathering(joining="request")
    attend(camden.charlie, lab, name="Charlie", message="I use a wheelchair")
    page = desk(camden)
    assert "Charlie" in page and "wheelchair" in page and lab.title in page
    assert "Nothing is waiting" not in page
    answer = f"{lab.get_absolute_url()}/attendees/{Attendee.objects.get().pk}/answer"
    assert answer in page
    camden.client(camden.alice).post(answer, {"answer": "accept"})
    assert "Nothing is waiting" in desk(camden)


def test_a_request_to_join_says_which_group_it_is_about(camden):
    change_group(camden.alice, camden.group, {"joining": Group.Joining.REQUEST})
    join_group(camden.charlie, camden.group, name="Charlie")
    page = desk(camden)
    assert "Charlie" in page and f'<a href="{camden.group.get_absolute_url()}">{camden.group.name}</a>' in page


def test_nobody_waits_at_a_group_that_was_closed(camden):
    change_group(camden.alice, camden.group, {"joining": Group.Joining.REQUEST})
    join_group(camden.charlie, camden.group, name="Charlie")
    withdraw_group(camden.alice, camden.group)
    assert "Nothing is waiting" in desk(camden)


def test_requests_that_wait_longest_come_first_and_the_rest_on_the_next_page(camden):
    change_group(camden.alice, camden.group, {"joining": Group.Joining.REQUEST})
    lab = camden.gathering(joining="request")
    start = timezone.now() - dt.timedelta(days=30)
    for n in range(21):
        person = camden.somebody(f"person{n}")
        attend(person, lab, name=f"Comes {n:02}")
        join_group(person, camden.group, name=f"Joins {n:02}")
        for model in (Attendee, Member):
            model.objects.filter(actor=person).update(asked_at=start - dt.timedelta(days=n))
    first, more_places, more_joins = desk(camden), desk(camden, "/desk/?places=2"), desk(camden, "/desk/?joins=2")
    assert first.index("Comes 20") < first.index("Comes 01") and first.index("Joins 20") < first.index("Joins 01")
    assert "Comes 00" not in first and "Joins 00" not in first and "?places=2" in first and "?joins=2" in first
    assert "Comes 00" in more_places and "Joins 00" not in more_places and "Joins 00" in more_joins


def test_many_neighbours_are_paged_and_those_that_ask_come_first(camden):
    Node.objects.bulk_create(
        Node(origin=f"https://n{n:02}.example", name=f"Node {n:02}", peering=Node.Peering.INVITED) for n in range(30)
    )
    Node.objects.create(origin="https://asks.example", name="Zoe asks", peering=Node.Peering.ASKED)
    first, second = (desk(camden, f"/desk/neighbours?page={page}") for page in (1, 2))
    assert first.index("Zoe asks") < first.index("Node 00") and "Node 29" not in first
    assert "Node 29" in second and "Node 00" not in second
    refused = camden.client(camden.alice).post("/desk/neighbours/invitations", {"address": "no address"})
    assert refused.status_code == 400 and "?page=2" not in refused.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "invitations",
        "{node}/accept",
        "{node}/refuse",
        "{node}/pause",
        "{node}/resume",
        "{node}/limit",
        "{node}/unlimit",
        "{node}/unblock",
        "{node}/end",
    ],
)
def test_a_steward_reads_in_their_own_language_why_it_cannot_be_done(camden, path):
    node = Node.objects.create(origin="https://stranger.example")
    address, said = f"/desk/neighbours/{path.format(node=node.pk)}", {}
    form = {"address": settings.ORIGIN, "agree": "on", "agreement": 1, "lasting": "day"}
    for language in ("en", "it"):
        set_language(User.objects.get(actor=camden.alice), language)
        page = camden.client(camden.alice).post(address, form, follow=True)
        refused = page.context["form"].errors.get("address", []) if path == "invitations" else []
        (said[language],) = refused or [str(message) for message in page.context["messages"]]
    assert all(settings.ORIGIN in words or node.origin in words for words in said.values()), said
    assert said["en"] != said["it"]


def test_work_of_a_quiet_node_is_none_and_what_failed_counts_until_it_is_done(camden, work):
    def waiting() -> str:
        return re.search(r"Waiting to be done or sent</dt><dd>(\d+)", desk(camden))[1]

    arm()  # what the clock asks for, as every start does
    work()
    assert Errand.objects.filter(state="ready").exists() and waiting() == "0"
    Errand.objects.filter(state="ready").update(attempts=1)
    assert waiting() == str(Errand.objects.filter(state="ready").count())


def test_a_node_that_was_asked_has_not_been_heard_and_the_question_can_be_taken_back(camden):
    Node.objects.create(origin="https://asked.example", peering="invited")
    assert "not yet" in desk(camden, "/desk/neighbours")
    page = desk(camden, f"/desk/neighbours/{Node.objects.get().pk}")
    assert "Take the question back" in page and "No, thank you" not in page
