"""The layers of the topics: counts by node, gaps between needs and offers, and what converges."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from atlas import layers
from atlas.concepts import map_concept
from atlas.models import Card, Convergence
from cop.actions.expertise import publish_expertise
from cop.actions.proposals import publish_proposal
from cop.models import Proposal
from events.actions.gatherings import change_gathering, publish_gathering, withdraw_gathering
from federation import audiences
from federation.models import Node
from notifications.models import Notice
from tests.atlas import harbour as harbour_module
from tests.concepts import Stewards
from tests.gatherings import HOUSING, Camden

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
RENTING, PLANNING = "urn:flotilla:topic:private-renting", "urn:flotilla:topic:planning"


@pytest.fixture
def camden(db):
    return Camden()


@pytest.fixture
def harbour(db, monkeypatch):
    """Things of other nodes, of a kind that can converge."""
    harbour_module.clear()
    monkeypatch.setitem(layers._kinds, layers.CONVERGING, {*layers._kinds[layers.CONVERGING], "sail"})
    yield harbour_module
    harbour_module.clear()


@pytest.fixture
def hackney(db):
    return Node.objects.create(origin="https://hackney.example", name="Hackney")


def meeting(camden, title="Reading leases", *, days=5.0, **more):
    starts = timezone.now() + days * DAY
    said = {
        "kind": "meeting", "title": title, "summary": "", "language": "en", "starts": starts,
        "ends": starts + dt.timedelta(hours=2), "time_zone": "Europe/London", "place": "The hall", "joining": "open",
        "state": "scheduled", "topics": [HOUSING], "lat": 51.5400, "lon": -0.1400,
    }  # fmt: skip
    return publish_gathering(camden.alice, camden.group.actor, **(said | more))


def theirs(harbour, hackney, number=1, *, days=5.0, **more):
    """A thing of Hackney's, about 700 m from the meeting."""
    starts = timezone.now() + days * DAY
    said = {
        "title": f"Lease clinic {number}", "starts": starts, "ends": starts + dt.timedelta(hours=1),
        "topics": [HOUSING],
        "lat": 51.5450, "lon": -0.1340, "language": "en",
    }  # fmt: skip
    return harbour.publish(number, node=hackney, **(said | more))


def proposal(camden, direction, title, topics):
    return publish_proposal(
        camden.alice, camden.group.actor, direction, title=title, summary="", language="en", topics=topics,
        support="time", online=False, until=None, quantity=None, unit="",
    )  # fmt: skip


def text_of(answer):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def rows_of(answer):
    """The table of gaps: topic, needs, offers."""
    body = answer.content.decode().partition("<tbody>")[2].partition("</tbody>")[0]
    found = []
    for row in body.split("</tr>")[:-1]:
        cells = re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)
        words = [" ".join(unescape(re.sub(r"<[^>]+>", " ", cell)).split()) for cell in cells]
        found.append((words[0], words[1].split()[0], words[2].split()[0], words[3]))
    return found


# --- Issues and themes ------------------------------------------------------------------------------------


def test_a_topic_says_how_much_of_it_is_on_which_node(client, camden, harbour, hackney, work):
    for number in range(2):
        theirs(harbour, hackney, number, topics=[RENTING])
    meeting(camden)
    work()
    html = client.get("/atlas/?layer=issues").content.decode()
    assert re.search(r'href="\?layer=issues&amp;topic=housing&amp;node=hackney.example">Hackney <strong>2<', html)
    assert re.search(r'href="\?layer=issues&amp;topic=housing&amp;node=here">[^<]+ <strong>1<', html)


# --- Expertise and needs --------------------------------------------------------------------------------------


def test_the_widest_gap_comes_first(client, camden, work):
    proposal(camden, Proposal.Direction.NEED, "A planner", [PLANNING])
    proposal(camden, Proposal.Direction.NEED, "Another planner", [PLANNING])
    proposal(camden, Proposal.Direction.NEED, "A room", [RENTING])
    proposal(camden, Proposal.Direction.OFFER, "A letter", [RENTING])
    publish_expertise(
        camden.alice, camden.group.actor, title="Reading leases", summary="", ways=["read"], language="en",
        languages=["en"], topics=[HOUSING],
    )  # fmt: skip
    work()
    found = rows_of(client.get("/atlas/?layer=gaps"))
    assert [row[:3] for row in found] == [
        ("Planning", "2", "0"),
        ("Private renting", "1", "1"),
        ("Housing", "1", "2"),
    ]
    assert found[0][3].startswith("Nobody offers anything yet. Offer something")
    assert found[1][3] == "Enough is offered: the two may not know of each other."


def test_what_is_about_a_topic_of_this_node_counts_for_all_it_lies_under(client, db, work):
    stewards = Stewards()
    own = stewards.topic(under=RENTING)
    deeper = stewards.topic("Deeper", under=own.iri)
    proposal(stewards, Proposal.Direction.NEED, "A", [RENTING])
    proposal(stewards, Proposal.Direction.NEED, "B", [own.iri])
    proposal(stewards, Proposal.Direction.OFFER, "C", [deeper.iri])
    work()
    found = {topic: (needs, offers) for topic, needs, offers, _words in rows_of(client.get("/atlas/?layer=gaps"))}
    assert found["Housing"] == found["Private renting"] == ("2", "1")
    assert found["Flood watch"] == ("1", "1")
    assert found["Deeper"] == ("0", "1")


def test_what_is_over_is_no_gap(client, camden, work, time_machine):
    publish_proposal(
        camden.alice, camden.group.actor, Proposal.Direction.NEED, title="A van", summary="", language="en",
        topics=[PLANNING], support="time", online=False, until=timezone.now() + DAY, quantity=None, unit="",
    )  # fmt: skip
    work()
    assert [row[:3] for row in rows_of(client.get("/atlas/?layer=gaps"))] == [("Planning", "1", "0")]
    time_machine.move_to(timezone.now() + 2 * DAY)
    assert "Nobody needs or offers anything here yet" in text_of(client.get("/atlas/?layer=gaps"))


# --- Converging campaigns -------------------------------------------------------------------------------------


def test_two_nodes_that_plan_the_same_close_by_are_suggested_to_each_other(client, camden, harbour, hackney, work):
    ours = meeting(camden)
    theirs(harbour, hackney, days=8)
    work()
    said = text_of(client.get("/atlas/?layer=converging"))
    assert "Both are about Housing, about 700 m from each other, 2 days apart." in said
    assert "Lease clinic 1" in said and "Reading leases" in said
    page = text_of(client.get(ours.get_absolute_url()))
    assert "Close to this, on other nodes" in page and "Lease clinic 1" in page
    assert "This leads nowhere" not in page
    (notice,) = Notice.objects.filter(kind="converging")
    assert (notice.user, notice.params["other"], notice.params["node"]) == (
        camden.alice.user, "Lease clinic 1", "Hackney"
    )  # fmt: skip


def test_a_narrower_topic_converges_with_its_broader_one_and_is_named(client, camden, harbour, hackney, work):
    meeting(camden)
    theirs(harbour, hackney, topics=[RENTING])
    work()
    assert "Both are about Private renting" in text_of(client.get("/atlas/?layer=converging"))


def test_a_topic_of_this_node_converges_with_what_it_is_mapped_to(client, harbour, hackney, work):
    stewards = Stewards()
    own = stewards.topic()
    theirs(harbour, hackney)
    meeting(stewards, topics=[own.iri])
    work()
    assert not Convergence.objects.exists()
    map_concept(own, "exactMatch", HOUSING, by=stewards.alice)
    work()
    assert Convergence.objects.get().topic_iri in {own.iri, HOUSING}


@pytest.mark.parametrize(
    "difference",
    [
        {"topics": [PLANNING]},
        {"lat": 51.58},
        {"days": 36},
        {"lat": None, "lon": None},
        {"state": "cancelled"},
        {"audience": "https://hackney.example/groups/x/members"},
        {"kind": "buoy"},
        {"days": -3},
    ],
    ids=["topic", "distance", "time", "no point", "cancelled", "not public", "kind", "over"],
)
def test_what_differs_too_much_does_not(client, camden, harbour, hackney, work, difference):
    meeting(camden)
    theirs(harbour, hackney, **difference)
    work()
    assert not Convergence.objects.exists()
    assert "Nothing converges here just now" in text_of(client.get("/atlas/?layer=converging"))


def test_two_of_one_node_do_not(client, camden, work):
    meeting(camden)
    meeting(camden, "Reading leases again")
    work()
    assert not Convergence.objects.exists()


def test_it_follows_what_changes_and_nobody_is_told_twice(client, camden, harbour, hackney, work):
    ours = meeting(camden)
    theirs(harbour, hackney)
    work()
    far = {name: getattr(ours, name) for name in ("title", "starts", "ends")}
    change_gathering(camden.alice, ours, {**far, "lat": 51.6, "lon": -0.14})
    work()
    assert not Convergence.objects.exists()
    change_gathering(camden.alice, ours, {**far, "lat": 51.54, "lon": -0.14})
    theirs(harbour, hackney, title="Lease clinic, with tea")
    work()
    assert Convergence.objects.count() == 1
    theirs(harbour, hackney, title="Lease clinic, with coffee")
    work()
    assert Convergence.objects.count() == 1 and Notice.objects.filter(kind="converging").count() <= 2
    withdraw_gathering(camden.alice, ours)
    work()
    assert not Convergence.objects.exists()


def test_those_who_run_it_can_dismiss_it_and_take_it_up_again(client, camden, harbour, hackney, work):
    ours = meeting(camden)
    theirs(harbour, hackney)
    work()
    row = Convergence.objects.get()
    client.force_login(camden.alice.user)
    assert "This leads nowhere" in text_of(client.get(ours.get_absolute_url()))
    answer = client.post(f"/convergences/{row.pk}/choice", {"choice": "dismiss"})
    assert (answer.status_code, answer["Location"]) == (302, f"{ours.get_absolute_url()}#converging")
    work()
    assert "you said that it leads nowhere" in text_of(client.get(ours.get_absolute_url()))
    assert "Close to this" in text_of(client.get(ours.get_absolute_url()))
    assert "Lease clinic" not in text_of(Client().get(ours.get_absolute_url()))
    assert "Nothing converges here just now" in text_of(Client().get("/atlas/?layer=converging"))
    theirs(harbour, hackney, title="Lease clinic moved", lat=51.5451)
    work()
    assert Convergence.objects.get().dismissed_at is not None
    client.post(f"/convergences/{row.pk}/choice", {"choice": "take-up"})
    assert "Lease clinic moved" in text_of(Client().get("/atlas/?layer=converging"))


def test_nobody_else_can(client, camden, harbour, hackney, work):
    meeting(camden)
    theirs(harbour, hackney)
    work()
    row = Convergence.objects.get()
    assert client.post(f"/convergences/{row.pk}/choice", {"choice": "dismiss"}).status_code == 302
    client.force_login(camden.charlie.user)
    assert client.post(f"/convergences/{row.pk}/choice", {"choice": "dismiss"}).status_code == 404
    assert client.post("/convergences/987654321/choice", {"choice": "dismiss"}).status_code == 404
    assert client.get(f"/convergences/{row.pk}/choice").status_code == 405
    assert Convergence.objects.get().dismissed_at is None


def test_what_a_reader_may_not_see_does_not_show(client, camden, harbour, hackney, work):
    ours = meeting(camden)
    theirs(harbour, hackney)
    work()
    Card.objects.filter(title="Lease clinic 1").update(audience=audiences.of_group("https://hackney.example/groups/x"))
    assert "Lease clinic" not in text_of(client.get("/atlas/?layer=converging"))
    assert "Lease clinic" not in text_of(client.get(ours.get_absolute_url()))
