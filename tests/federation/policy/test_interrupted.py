"""A worker that dies in the middle of its deliveries holds nobody up for long; one that lives keeps what it has."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading

import pytest
import time_machine
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from config import embedded
from federation import actors, http
from federation.http import Answer
from federation.models import Actor, Delivery, Node
from federation.outbound import attempt, deliver
from federation.outbound.say import erase, say
from journal import claims
from tests.nodes import eventually

HACKNEY = "https://hackney.example/inbox"


class Edge:
    """The network's edge: the other node answers once it may, and we look around meanwhile."""

    def __init__(self) -> None:
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.heard = 0
        self.in_hand: list[bool] = []

    async def post(self, url, body, headers, **_):
        self.heard += 1
        self.in_hand.append(claims.anything_in_hand())
        while not self.may_answer.is_set():
            await asyncio.sleep(0.01)
        return Answer(202, {}, "")


@pytest.fixture
def edge(monkeypatch):
    edge = Edge()
    monkeypatch.setattr(http, "post", edge.post)
    return edge


@pytest.fixture
def group(db):
    actors.hear_of_node(HACKNEY)
    return actors.make_actor(Actor.Type.GROUP, f"{settings.ORIGIN}/groups/abcdefghjkmn", handle="g", name="G")


def tell(group, of="https://x.example/1") -> None:
    with transaction.atomic():
        say(group, "Announce", of, [HACKNEY], to=[])


def begin_and_die() -> None:
    """What is left of a worker that was killed between claiming and sending."""
    nodes = deliver._take_nodes("a worker that died", without=())
    assert nodes and deliver._take_deliveries(nodes[0], 10)


def test_nobody_takes_what_a_living_worker_holds(edge, group, work):
    tell(group)
    begin_and_die()
    work()
    assert edge.heard == 0


def test_an_embedded_node_goes_on_at_once_after_a_kill(edge, group, work):
    tell(group)
    begin_and_die()
    embedded.take_over()
    work()
    assert edge.heard == 1 and Delivery.objects.get().state == Delivery.State.DONE


def test_other_workers_take_over_once_the_leases_have_lapsed(edge, group, work):
    tell(group)
    begin_and_die()
    with time_machine.travel(timezone.now() + claims.LEASE + dt.timedelta(seconds=1)):
        work()
    assert edge.heard == 1 and Delivery.objects.get().state == Delivery.State.DONE


@pytest.mark.django_db(transaction=True)
def test_a_worker_keeps_its_lane_however_long_the_other_node_takes(edge, group, monkeypatch):
    lease = dt.timedelta(seconds=1)
    monkeypatch.setattr(deliver, "LANE_LEASE", lease)
    monkeypatch.setattr(deliver, "RENEW_LANES_AFTER", lease / 10)
    monkeypatch.setattr(deliver, "LOOK_AGAIN_SECONDS", 0.05)
    edge.may_answer.clear()
    tell(group)

    def deliver_here() -> None:
        deliver.drain()
        connection.close()

    worker = threading.Thread(target=deliver_here)
    worker.start()
    begun = eventually(lambda: Node.objects.get().lane_until)
    eventually(lambda: Node.objects.get().lane_until > begun + lease)
    tell(group)
    assert deliver._take_nodes("somebody else", without=()) == [] and edge.heard == 1
    edge.may_answer.set()
    worker.join()
    assert edge.heard == 2 and Node.objects.get().lane_until is None


def test_a_worker_whose_lane_lapsed_goes_on_with_what_it_has(group, monkeypatch):
    """A database that keeps it waiting longer than a lane lasts must not make it begin the same node twice."""
    finish, heard, finished = attempt.finish, [], []

    async def post(url, body, headers, **_):
        heard.append(url)
        if len(heard) == 2:
            await asyncio.sleep(2 * deliver.LOOK_AGAIN_SECONDS)
        return Answer(202, {}, "")

    def slowly_finish(*given):
        finished.append(given)
        if len(finished) == 1:
            Node.objects.update(lane_until=timezone.now() - dt.timedelta(seconds=1))
            tell(group, "https://x.example/3")
        return finish(*given)

    monkeypatch.setattr(http, "post", post)
    monkeypatch.setattr(attempt, "finish", slowly_finish)
    tell(group)
    tell(group, "https://x.example/2")
    deliver.drain()
    deliver.drain()
    assert not claims.anything_in_hand()
    assert len(heard) >= 3 and not Delivery.objects.exclude(state=Delivery.State.DONE).exists()


def test_a_clean_end_waits_for_deliveries_that_are_under_way(edge, group, work):
    tell(group)
    work()
    assert edge.in_hand == [True] and not claims.anything_in_hand()


def test_what_breaks_in_the_middle_is_not_held_for_ever(edge, group, monkeypatch):
    tell(group)

    def break_down(*_given):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(attempt, "finish", break_down)
    with pytest.raises(RuntimeError):
        deliver.drain()
    assert not claims.anything_in_hand()


def test_what_is_withdrawn_between_claiming_and_sending_is_not_sent(edge, group, work, monkeypatch):
    """Nor does the worker hold on to it for ever."""
    thing = {"id": f"{settings.ORIGIN}/needs/1", "type": "Note", "content": "in confidence"}
    with transaction.atomic():
        say(group, "Create", thing, [HACKNEY], to=[])
    claim = deliver.claim

    def and_then_it_is_withdrawn(*asked, **more):
        rows = claim(*asked, **more)
        if rows:
            erase(thing["id"])
        return rows

    monkeypatch.setattr(deliver, "claim", and_then_it_is_withdrawn)
    work()
    assert edge.heard == 0 and Delivery.objects.get().state == Delivery.State.DONE
    assert not claims.anything_in_hand() and not Node.objects.get(deliveries__isnull=False).lane_owner


def test_a_first_no_at_the_end_of_the_process_is_not_the_last_word(group, work, monkeypatch):
    """Their server may only want the other signature, which the next worker gives."""
    knocks = []

    async def post(url, body, headers, **_):
        knocks.append(url)
        claims.stopping.set()
        deliver._doorbell.ring()
        await asyncio.sleep(0.5)
        return Answer(403, {}, "sign it in another way")

    monkeypatch.setattr(http, "post", post)
    tell(group)
    try:
        deliver.drain()
    finally:
        claims.stopping.clear()
    left = Delivery.objects.get()
    assert knocks == [HACKNEY] and (left.state, left.lease_until) == (Delivery.State.READY, None)
    assert not claims.anything_in_hand()
