"""What was sent long ago is forgotten, but not whom an edit or an end must still reach."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from cop.actions.proposals import change_proposal, publish_proposal, withdraw_proposal
from cop.models import Proposal
from federation import http
from federation.http import Answer, FetchFailed
from federation.models import Activity, Delivery, Document, Node, Publication
from journal import schedule
from tests.know_how import Writers


@pytest.fixture
def sent(monkeypatch) -> list[bytes]:
    bodies: list[bytes] = []

    async def post(url, body, headers, **_):
        bodies.append(body)
        return Answer(202, {}, "")

    monkeypatch.setattr(http, "post", post)
    return bodies


@pytest.fixture
def camden(db) -> Writers:
    return Writers()


@pytest.fixture
def after(work):
    def days(number: float) -> None:
        with time_machine.travel(timezone.now() + dt.timedelta(days=number), tick=True):
            schedule.arm()
            work()

    return days


@pytest.fixture
def need(camden, peer, sent, work) -> Proposal:
    found = publish_proposal(camden.alice, camden.group.actor, Proposal.Direction.NEED, title="A room", language="en")
    work()
    change_proposal(camden.alice, found, {"title": "Two rooms"})
    work()
    found.refresh_from_db()
    return found


def told_of(uri: str) -> list[str]:
    rows = Delivery.objects.filter(object_uri=uri).order_by("pk")
    return list(rows.values_list("activity__type", flat=True))


def test_of_each_thing_the_newest_word_stays(need, after):
    assert told_of(need.uri) == ["Create", "Update"]
    after(20)
    assert told_of(need.uri) == ["Create", "Update"]
    after(40)
    assert told_of(need.uri) == ["Update"]
    assert not Activity.objects.filter(object_uri=need.uri, type="Create").exists()


def test_who_is_no_neighbour_any_more_still_hears_of_the_end(camden, need, after, sent, work):
    after(40)
    Node.objects.update(peering="ended")
    withdraw_proposal(camden.alice, need)
    work()
    assert any(b'"Delete"' in body and need.uri.encode() in body for body in sent)


def test_who_read_it_in_our_catalogue_and_is_no_neighbour_any_more_hears_of_its_end(camden, peer, sent, work):
    Node.objects.update(peering="none")
    need = publish_proposal(camden.alice, camden.group.actor, Proposal.Direction.NEED, title="A room", language="en")
    work()
    Node.objects.update(peering="ended", given_cursor=Publication.objects.get(uri=need.uri).position - 1)
    later = publish_proposal(camden.alice, camden.group.actor, Proposal.Direction.NEED, title="A van", language="en")
    work()
    assert sent == []
    withdraw_proposal(camden.alice, need)
    work()
    assert sent == [], "so far they had not read"
    Node.objects.update(given_cursor=Publication.objects.get(uri=later.uri).position)
    withdraw_proposal(camden.alice, later)
    work()
    assert [b'"Delete"' in body and later.uri.encode() in body for body in sent] == [True]


def test_an_edit_reaches_what_was_shared_before_the_neighbourhood_ended(peer, outcomes):
    """A gathering that is called off must not go on standing here, whatever has ended meanwhile."""
    dana = peer.somebody("people/dana")
    peer.does(dana, "Create", peer.note(dana))
    outcomes()
    Node.objects.update(peering="ended")
    peer.does(dana, "Update", peer.note(dana, version=2, name="Two rooms", updated="2026-11-21T09:00:00+00:00"))
    peer.does(dana, "Create", peer.note(dana, "needs/2", name="A van"))
    eve = peer.somebody("people/eve")
    peer.does(eve, "Update", peer.note(eve, version=3, name="Mine", updated="2026-11-22T09:00:00+00:00"))
    outcomes()
    assert list(Proposal.objects.values_list("title", flat=True)) == ["Two rooms"]


def test_of_a_thing_that_is_gone_nothing_stays(camden, need, after, work):
    withdraw_proposal(camden.alice, need)
    work()
    after(40)
    assert told_of(need.uri) == []


def test_what_nobody_answered_is_kept_for_a_year(camden, peer, work, after, monkeypatch):
    async def post(url, body, headers, **_):
        raise FetchFailed("nobody answers")

    monkeypatch.setattr(http, "post", post)
    publish_proposal(camden.alice, camden.group.actor, Proposal.Direction.NEED, title="A room", language="en")
    work()
    Delivery.objects.update(state="dead", unreached=True)
    after(300)
    assert Delivery.objects.exists()
    after(370)
    assert not Delivery.objects.filter(made_at__lt=timezone.now()).exists()


def test_the_end_of_a_strangers_thing_is_remembered_for_a_year_and_a_neighbours_for_ever(
    peer, stranger, after, outcomes
):
    dana = peer.somebody("people/dana")
    peer.does(dana, "Delete", {"id": f"{peer.origin}/needs/1", "type": "Tombstone", "version": 2})
    outcomes()
    strange = Node.objects.get_or_create(origin=stranger.origin)[0]
    Document.objects.create(uri=f"{stranger.origin}/x", node=strange, state="read", tombstone=True)
    after(300)
    assert Document.objects.count() == 2
    after(370)
    assert Document.objects.get().node.origin == peer.origin
