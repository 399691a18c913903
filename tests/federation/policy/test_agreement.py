"""The agreement between neighbours: what both stewards read, who accepted it, who to call, and what happened since."""

from __future__ import annotations

import json

import pytest
from django.conf import settings

from accounts.models import User
from cop.actions.people import change_page, person_of
from federation import actors, peering
from federation.describing import describe_this_node
from federation.models import Acceptance, Activity, Delivery, Node
from federation.peering import AGREEMENT, CannotPeer

ASK = "/desk/neighbours/invitations"


@pytest.fixture
def steward(client, db):
    user = User.objects.create_user("steward@here.example", "pw", is_steward=True)
    change_page(person_of(actors.for_user(user)), {"name": "Grace", "is_public": True})
    client.force_login(user)
    return client


@pytest.fixture
def asking(stranger, outcomes):
    """A node that has asked us."""
    stranger.does(stranger.node, "Follow", f"{settings.ORIGIN}/actor")
    outcomes()
    return Node.objects.get()


def page_of(steward, node: Node, more: str = "") -> str:
    return steward.get(f"/desk/neighbours/{node.pk}{more}").content.decode()


def test_nobody_is_asked_without_the_tick(steward, stranger, work):
    form = steward.get("/desk/neighbours").content.decode()
    assert "What is shared" in form and "How reports are handled" in form and 'name="agree"' in form
    for said in ({}, {"agree": ""}, {"agree": "on"}, {"agree": "on", "agreement": "0"}, {"agreement": AGREEMENT}):
        assert steward.post(ASK, {"address": stranger.origin, **said}).status_code == 400, said
    work()
    assert not Node.objects.exists() and not Acceptance.objects.exists()


def test_nobody_is_accepted_without_the_tick(steward, asking):
    refused = steward.post(f"/desk/neighbours/{asking.pk}/accept")
    assert refused.status_code == 400 and "Tick this if you accept" in refused.content.decode()
    assert Node.objects.get().peering == Node.Peering.ASKED and not Acceptance.objects.exists()
    Node.objects.update(peered_at="2026-01-01T00:00:00Z")  # they were neighbours before
    page = page_of(steward, asking)
    assert "wait for your answer" in page and "Accepted by both sides" not in page


def test_other_words_than_those_of_now_are_not_accepted(steward, asking):
    """A page that stood open while the words changed."""
    with pytest.raises(CannotPeer):
        peering.accept(asking, accepts=AGREEMENT + 1)
    with pytest.raises(CannotPeer):
        peering.invite("https://other.example", accepts=AGREEMENT + 1)
    steward.post(f"/desk/neighbours/{asking.pk}/accept", {"agree": "on", "agreement": AGREEMENT + 1})
    assert Node.objects.get().peering == Node.Peering.ASKED and not Acceptance.objects.exists()


def test_the_page_says_who_accepted_it_here_and_when(steward, asking):
    steward.post(f"/desk/neighbours/{asking.pk}/accept", {"agree": "on", "agreement": AGREEMENT})
    accepted = Acceptance.objects.get()
    assert accepted.version == AGREEMENT and accepted.by.startswith(settings.ORIGIN)
    page = page_of(steward, asking)
    assert "Accepted here by Grace" in page and "Accepted by both sides" in page


def test_each_side_reads_whom_to_call_at_the_other(steward, stranger, asking, work):
    said = {"contact": "desk@hackney.example", "reportHandling": "Two of us look every evening.\nOn Sundays nobody."}
    stranger.web.pages[stranger.node.uri] |= said
    steward.post(f"/desk/neighbours/{asking.pk}/accept", {"agree": "on", "agreement": AGREEMENT})
    steward.post("/desk/node", {"name": "Camden", "contact": "us@camden.example", "reports": "Within a day."})
    work()
    page = page_of(steward, asking)
    for words in ("desk@hackney.example", "every evening", "us@camden.example", "Within a day."):
        assert words in page, words
    ours = json.loads(steward.get("/actor", headers={"accept": "application/activity+json"}).content)
    assert ours["contact"] == "us@camden.example" and ours["reportHandling"] == "Within a day."


@pytest.mark.parametrize("odd", [5, ["a", 7], {"x": "y"}, "x" * 90_000, "<script>alert(1)</script>"])
def test_a_contact_that_is_none_is_left_out_or_shown_as_words(steward, stranger, asking, work, odd):
    stranger.web.pages[stranger.node.uri] |= {"contact": odd, "reportHandling": odd}
    steward.post(f"/desk/neighbours/{asking.pk}/accept", {"agree": "on", "agreement": AGREEMENT})
    work()
    node = Node.objects.get()
    assert node.peering == Node.Peering.FULL and len(node.contact) <= 254 and len(node.reports) <= 1000
    assert "<script>alert" not in page_of(steward, asking)


def test_what_happened_is_told_in_words_with_who_did_it_here(steward, asking):
    steward.post(f"/desk/neighbours/{asking.pk}/accept", {"agree": "on", "agreement": AGREEMENT})
    steward.post(f"/desk/neighbours/{asking.pk}/pause", {"lasting": "week"})
    steward.post(f"/desk/neighbours/{asking.pk}/resume")
    steward.post(f"/desk/neighbours/{asking.pk}/block", {"reason": "Spam since Monday"})
    history = page_of(steward, asking).split("What happened")[1]
    told = ["We blocked them.", "We carried on.", "We paused.", "We became neighbours.", "They asked us"]
    places = [history.index(each) for each in told]
    assert places == sorted(places), "the newest first"
    assert history.count("by Grace") == 4 and "Spam since Monday" in history


def test_an_invitation_says_how_far_it_has_come(steward, stranger, work):
    steward.post(ASK, {"address": stranger.origin, "agree": "on", "agreement": AGREEMENT})
    work()
    node = Node.objects.get()
    follow = Activity.objects.get(type="Follow")
    page = page_of(steward, node)
    assert "has not answered since" in page and "Take the question back" in page
    Delivery.objects.update(state="done", delivered_at="2026-11-20T10:02:00Z")
    assert "Not seen yet by anybody" in page_of(steward, node)
    stranger.does(stranger.node, "Read", follow.uri)
    work()
    assert "by somebody who can answer" in page_of(steward, node) and "Not seen yet" not in page_of(steward, node)


def test_who_opens_a_question_says_so_once(steward, asking, work):
    for _ in range(3):
        page_of(steward, asking)
        steward.get("/desk/")
        work()
    read = Activity.objects.get(type="Read")
    body = json.loads(read.body)
    assert body["actor"] == f"{settings.ORIGIN}/actor" and body["object"].startswith(asking.origin)
    assert "Grace" not in read.body and "steward@" not in read.body


def test_numbers_of_both_catalogues_are_told(steward, peer):
    describe_this_node(name="Camden")
    from federation.models import Document, Publication

    for n in range(3):
        row = {"kind": "need", "version": 1, "content_hash": "", "bucket": 0, "public": True}
        Publication.objects.create(uri=f"{settings.ORIGIN}/needs/{n}", position=n + 1, document="{}", **row)
        held = {"state": "read", "public": True, "counted": True}
        Document.objects.create(uri=f"{peer.origin}/needs/{n}", node=Node.objects.get(), **held)
    Node.objects.update(catalogue_left=2700, given_left=2, given_at="2026-11-20T10:00:00Z")
    for path in ("", f"/{Node.objects.get().pk}"):
        page = steward.get(f"/desk/neighbours{path}").content.decode()
        assert "3 of about 2,703" in page and "They have read 1 of 3 of ours." in page
    Node.objects.update(unreachable_since="2026-11-18T10:00:00Z")
    assert "Unreachable since" in page_of(steward, Node.objects.get())


@pytest.mark.parametrize("path", ["", "/end", "/block"])
def test_the_page_of_a_node_is_for_stewards(client, peer, path):
    node = Node.objects.get()
    assert client.get(f"/desk/neighbours/{node.pk}{path}").status_code in {302, 403, 404}
    client.force_login(User.objects.create_user("bob@here.example", "pw"))
    assert client.get(f"/desk/neighbours/{node.pk}{path}").status_code in {403, 404}


def test_any_node_that_was_heard_of_can_be_found(steward, peer, db):
    node = actors.hear_of_node("https://heard.example/notes/1")
    found = steward.get("/desk/neighbours/finding", {"address": "heard.example"})
    assert found["Location"] == f"/desk/neighbours/{node.pk}"
    for unknown in ("never.example", "", "a\0b", "x" * 3000):
        answer = steward.get("/desk/neighbours/finding", {"address": unknown}, follow=True)
        assert "Nothing has come from" in answer.content.decode()
