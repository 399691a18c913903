"""Receipts people can read: sent, received by their node, seen; and who may say that something was seen."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from cop.actions import conversations
from cop.actions.groups import found_group
from cop.actions.membership import join_group
from cop.actions.people import change_page, person_of
from cop.actions.proposals import publish_proposal
from cop.models import Group, Post, Proposal
from events.actions.attendance import attend
from events.actions.gatherings import publish_gathering
from events.models import Gathering
from federation import actors, audiences, http, seeing
from federation.http import Answer, FetchFailed
from federation.inbound.objects import take
from federation.models import Activity, Delivery, Node, Publication, Seen
from journal.models import Errand


@pytest.fixture
def sent(monkeypatch):
    async def post(url, body, headers, **_: object):
        return Answer(202, {}, "")

    monkeypatch.setattr(http, "post", post)


@pytest.fixture
def alice(db):
    person = actors.for_user(User.objects.create_user("alice@here.example", "pw"))
    change_page(person_of(person), {"name": "Alice", "is_public": True})
    return person


@pytest.fixture
def tenants(alice):
    return found_group(alice, name="Tenants of Camden", joining="request", language="en", steward_name="Alice")


@pytest.fixture
def menders(peer, work):
    """A group of Hackney's that wants to be asked, and a need of theirs."""
    speaker = peer.somebody("groups/menders", "Group", name="Menders", openness="moderated")
    peer.does(speaker, "Create", peer.web.pages[speaker.uri])
    peer.does(speaker, "Create", peer.note(speaker))
    work()
    return speaker


def page(person, url) -> str:
    client = Client()
    client.force_login(person.user)
    return client.get(url).content.decode()


def reads() -> list[dict]:
    return [json.loads(body) for body in Activity.objects.filter(type="Read").values_list("body", flat=True)]


# What other nodes tell us --------------------------------------------------------------------------------


def test_who_asks_to_join_elsewhere_reads_how_far_it_has_come(peer, menders, alice, work, sent):
    group = Group.objects.get(uri=menders.uri)
    join_group(alice, group, name="Alice")
    assert "It is on its way." in page(alice, group.get_absolute_url())
    work()
    shown = page(alice, group.get_absolute_url())
    assert "Received by Hackney" in shown and "Not seen yet" in shown
    join = Activity.objects.get(type="Join")
    peer.does(menders, "Read", join.uri)
    work()
    assert "by somebody who can answer" in page(alice, group.get_absolute_url())
    peer.does(peer.node, "Read", join.uri)
    work()
    assert Seen.objects.count() == 1, "once, whoever of them says so"


def test_a_refused_request_says_what_their_server_said(menders, alice, work, monkeypatch):
    async def post(url, body, headers, **_: object):
        return Answer(404, {}, "no such group <b>here</b>")

    monkeypatch.setattr(http, "post", post)
    group = Group.objects.get(uri=menders.uri)
    join_group(alice, group, name="Alice")
    work()
    shown = page(alice, group.get_absolute_url())
    assert "their server refused it" in shown and "no such group &lt;b&gt;" in shown


def test_ones_own_words_elsewhere_say_how_far_they_have_come(peer, menders, alice, work, sent):
    need = Proposal.objects.get(uri=f"{peer.origin}/needs/1")
    post = conversations.publish_post(alice, need.uri, "I have a room")
    work()
    for url in (need.get_absolute_url(), f"/threads/?about={need.uri}", post.get_absolute_url()):
        assert "Received by Hackney" in page(alice, url), url
    create = Activity.objects.get(type="Create", object_uri=post.uri)
    peer.does(menders, "Read", create.uri)
    work()
    assert "by somebody who can answer" in page(alice, need.get_absolute_url())
    other = actors.for_user(User.objects.create_user("bob@here.example", "pw"))
    assert "Received by" not in page(other, need.get_absolute_url()), "it is its writer's to know"


def test_what_their_node_found_by_itself_is_not_called_missing(menders, peer, alice, work, monkeypatch):
    """Given up after a week without an answer, and read with all we publish once they are back."""

    async def post(url, body, headers, **_: object):
        raise FetchFailed("no answer within 10 s")

    monkeypatch.setattr(http, "post", post)
    need = Proposal.objects.get(uri=f"{peer.origin}/needs/1")
    post_ = conversations.publish_post(alice, need.uri, "I have a room")
    work()
    assert "has not answered since" in page(alice, need.get_absolute_url())
    Delivery.objects.filter(object_uri=post_.uri).update(state="dead", unreached=True)
    shown = page(alice, need.get_absolute_url())
    assert "did not answer for a week" in shown and "It said" not in shown and "FetchFailed" not in shown
    given_at = timezone.now()
    Node.objects.update(given_cursor=Publication.objects.get(uri=post_.uri).position, given_at=given_at)
    shown = page(alice, need.get_absolute_url())
    assert "They have it" in shown and "did not answer" not in shown


def test_who_asks_for_a_place_elsewhere_reads_how_far_it_has_come(peer, menders, alice, work, sent):
    event = {
        "id": f"{peer.origin}/gatherings/1", "type": "Event", "attributedTo": menders.uri, "name": "Repair lab",
        "startTime": "2099-07-05T18:00:00+00:00", "joinMode": "restricted", "version": 1, "to": [audiences.PUBLIC],
    }  # fmt: skip
    peer.does(menders, "Create", event)
    work()
    lab = Gathering.objects.get()
    attend(alice, lab, name="Alice")
    work()
    assert "Received by Hackney" in page(alice, lab.get_absolute_url())
    peer.does(menders, "Read", Activity.objects.get(type="Join").uri)
    work()
    assert "by somebody who can answer" in page(alice, lab.get_absolute_url())


def refused(outcomes, speaker, of, uri) -> None:
    of.does(speaker, "Read", uri)
    assert outcomes()[-1].startswith("refused: object"), outcomes()
    assert not Seen.objects.exists()


def test_a_stranger_cannot_say_that_something_was_seen(peer, stranger, menders, alice, work, outcomes, sent):
    join_group(alice, Group.objects.get(uri=menders.uri), name="Alice")
    work()
    refused(outcomes, stranger.node, stranger, Activity.objects.get(type="Join").uri)


def test_somebody_else_on_their_node_cannot_say_so(peer, menders, alice, work, outcomes, sent):
    join_group(alice, Group.objects.get(uri=menders.uri), name="Alice")
    work()
    refused(outcomes, peer.somebody("people/mallory"), peer, Activity.objects.get(type="Join").uri)


def test_a_node_that_only_heard_of_it_cannot_say_so(peer, menders, alice, work, outcomes, sent):
    """A need of ours goes to every neighbour and asks none of them."""
    group = found_group(alice, name="Ours", joining="open", language="en")
    need = publish_proposal(alice, group.actor, Proposal.Direction.NEED, title="A room", language="en")
    work()
    refused(outcomes, peer.node, peer, Activity.objects.get(type="Create", object_uri=need.uri).uri)


@pytest.mark.parametrize("odd", [5, None, {}, {"id": 7}, [], "https://elsewhere.example/activities/1", "x" * 3000])
def test_what_is_no_activity_of_ours_is_refused(peer, outcomes, odd):
    refused(outcomes, peer.node, peer, odd)


def test_something_that_asks_nothing_is_not_seen(peer, menders, alice, work, outcomes, sent):
    group = Group.objects.get(uri=menders.uri)
    join_group(alice, group, name="Alice")
    work()
    leave = Activity.objects.get(type="Join")
    Activity.objects.filter(pk=leave.pk).update(type="Leave")
    refused(outcomes, menders, peer, leave.uri)


def test_what_never_went_there_was_not_seen_there(peer, menders, alice, work, outcomes, sent):
    join_group(alice, Group.objects.get(uri=menders.uri), name="Alice")
    work()
    Delivery.objects.filter(activity__type="Join").delete()
    refused(outcomes, menders, peer, Activity.objects.get(type="Join").uri)


# What people here open ------------------------------------------------------------------------------------


def test_a_request_that_a_steward_opens_is_told_once_and_names_nobody(peer, tenants, alice, work, sent):
    dana = peer.somebody("people/dana", name="Dana")
    join = peer.activity(dana, "Join", tenants.uri, name="Dana")
    assert peer.post(dana, join).status_code == 202
    work()
    bob = actors.for_user(User.objects.create_user("bob@here.example", "pw"))
    page(bob, tenants.get_absolute_url())
    Client().get(tenants.get_absolute_url())
    work()
    assert reads() == [], "who cannot answer has not opened it"
    for url in (tenants.get_absolute_url(), tenants.get_absolute_url(), "/"):
        page(alice, url)
        work()
    (read,) = reads()
    assert (read["actor"], read["object"], read["to"]) == (tenants.uri, join["id"], [dana.uri])
    assert "Alice" not in json.dumps(read) and alice.uri not in json.dumps(read)
    assert Delivery.objects.get(activity__type="Read").inbox == f"{dana.uri}/inbox"


def test_the_desk_opens_requests_too(peer, tenants, alice, work, sent):
    peer.does(peer.somebody("people/dana", name="Dana"), "Join", tenants.uri, name="Dana")
    User.objects.update(is_steward=True)
    work()
    page(alice, "/desk/")
    work()
    assert [read["actor"] for read in reads()] == [tenants.uri]


def test_a_request_for_a_place_is_told_when_its_organiser_opens_it(peer, tenants, alice, work, sent):
    soon = timezone.now() + dt.timedelta(days=9)
    lab = publish_gathering(
        alice, tenants.actor, kind="lab", title="Lab", language="en", joining="request",
        starts=soon, ends=soon + dt.timedelta(hours=2), time_zone="Europe/London",
        place="The hall", area="Camden",
    )  # fmt: skip
    peer.does(peer.somebody("people/dana", name="Dana"), "Join", lab.uri, name="Dana")
    work()
    page(alice, lab.get_absolute_url())
    work()
    assert [read["actor"] for read in reads()] == [tenants.uri]


@pytest.mark.parametrize("where", ["thing", "thread", "post"])
def test_an_answer_is_told_when_whoever_runs_the_thing_opens_the_thread(peer, tenants, alice, work, sent, where):
    need = publish_proposal(alice, tenants.actor, Proposal.Direction.NEED, title="A room", language="en")
    dana = peer.somebody("people/dana", name="Dana")
    note = {
        "id": f"{peer.origin}/n/1", "type": "Note", "attributedTo": dana.uri, "content": "I have one",
        "published": "2026-11-20T09:00:00Z", "to": [audiences.PUBLIC], "inReplyTo": need.uri,
    }  # fmt: skip
    create = peer.activity(dana, "Create", note)
    peer.post(dana, create)
    work()
    post = Post.objects.get()
    urls = {"thing": need.get_absolute_url(), "thread": f"/threads/?about={need.uri}", "post": post.get_absolute_url()}
    bob = actors.for_user(User.objects.create_user("bob@here.example", "pw"))
    page(bob, urls[where])
    work()
    assert reads() == []
    for _ in range(2):
        page(alice, urls[where])
        work()
    assert [(read["actor"], read["object"]) for read in reads()] == [(tenants.uri, create["id"])]


def test_two_pages_opened_at_once_say_it_once_and_nothing_is_written_the_second_time(peer, tenants, alice, work, sent):
    peer.does(peer.somebody("people/dana", name="Dana"), "Join", tenants.uri, name="Dana")
    work()
    page(alice, tenants.get_absolute_url())
    page(alice, "/")
    page(alice, tenants.get_absolute_url())
    errand = Errand.objects.get(kind="federation.say_seen")
    with transaction.atomic():
        seeing.say_seen(errand)
    work()
    assert len(reads()) == 1
    before = Errand.objects.count()
    page(alice, tenants.get_absolute_url())
    assert Errand.objects.count() == before


def test_a_server_nothing_is_agreed_with_is_told_nothing(stranger, tenants, alice, work, sent):
    stranger.does(stranger.somebody("users/maria", name="Maria"), "Join", tenants.uri, name="Maria")
    work()
    assert "Maria" in page(alice, tenants.get_absolute_url())
    work()
    assert reads() == []


def test_what_came_with_no_activity_is_shown_and_not_answered(peer, tenants, alice, work, sent, db):
    """A thing that came from the catalogue came with no activity: there is nothing to tell."""
    need = publish_proposal(alice, tenants.actor, Proposal.Direction.NEED, title="A room", language="en")
    dana = peer.somebody("people/dana", name="Dana")
    work()
    with transaction.atomic():
        take(
            {
                "id": f"{peer.origin}/n/1", "type": "Note", "attributedTo": dana.uri, "content": "I have one",
                "published": "2026-11-20T09:00:00Z", "to": [audiences.PUBLIC], "inReplyTo": need.uri,
            },
            Node.objects.get(),
        )  # fmt: skip
    assert "I have one" in page(alice, need.get_absolute_url())
    work()
    assert reads() == []
