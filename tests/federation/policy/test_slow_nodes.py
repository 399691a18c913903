"""A node that takes its time, or never answers, holds up nobody else."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
import time

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from federation import actors, http
from federation.http import Answer
from federation.models import Actor, Delivery, Node
from federation.outbound import deliver
from federation.outbound.say import say
from journal.lanes import work_until_idle

SLOW, QUICK = "https://slow.example/inbox", "https://quick.example/inbox"


@pytest.fixture
def edge(monkeypatch):
    """The network's edge: the slow node answers once the quick one was spoken to, or after five seconds."""
    heard: dict[str, list[str]] = {"quick": [], "slow": []}

    async def post(url, body, headers, **_):
        if url == QUICK:
            heard["quick"].append(url)
            return Answer(202, {}, "")
        for _ in range(100):
            if heard["quick"]:
                break
            await asyncio.sleep(0.05)
        heard["slow"].append("after" if heard["quick"] else "never heard the quick one")
        return Answer(202, {}, "")

    monkeypatch.setattr(http, "post", post)
    return heard


@pytest.fixture
def group(db):
    for inbox in (SLOW, QUICK):
        actors.hear_of_node(inbox)
    return actors.make_actor(Actor.Type.GROUP, f"{settings.ORIGIN}/groups/abcdefghjkmn", handle="g", name="G")


def tell(group, inbox: str, times: int = 1) -> None:
    with transaction.atomic():
        for number in range(times):
            say(group, "Announce", f"https://x.example/{number}", [inbox], to=[])


def test_a_slow_node_with_much_to_hear_leaves_room_for_others(edge, group, work):
    tell(group, SLOW, times=60)
    tell(group, QUICK)
    work()
    assert set(edge["slow"]) == {"after"} and len(edge["slow"]) == 60
    assert not Delivery.objects.exclude(state="done").exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_said_while_a_slow_node_answers_goes_out_at_the_ring_of_the_bell(edge, group, monkeypatch):
    monkeypatch.setattr(deliver, "LOOK_AGAIN_SECONDS", 60)
    tell(group, SLOW)

    def worker() -> None:
        try:
            work_until_idle()
        finally:
            connection.close()

    waiting = threading.Thread(target=worker)
    waiting.start()
    while not Node.objects.exclude(lane_owner="").exists():
        time.sleep(0.01)
    tell(group, QUICK)
    work_until_idle()
    waiting.join(20)
    assert edge["slow"] == ["after"]


def test_what_becomes_due_while_a_slow_node_answers_goes_out_meanwhile(edge, group, work):
    tell(group, SLOW)
    tell(group, QUICK)
    Delivery.objects.filter(inbox=QUICK).update(due_at=timezone.now() + dt.timedelta(seconds=0.7))
    work()
    assert edge["slow"] == ["after"]


def test_nodes_whose_words_wait_for_an_earlier_one_leave_room_for_others(edge, group, work, monkeypatch):
    monkeypatch.setattr(deliver, "NODES_AT_ONCE", 1)
    tell(group, SLOW)
    tell(group, SLOW)  # about the same thing, and due while the first has still to wait
    first = Delivery.objects.order_by("pk")[0]
    Delivery.objects.filter(pk=first.pk).update(due_at=timezone.now() + dt.timedelta(hours=1))
    tell(group, QUICK)
    work()
    assert edge["quick"] and not edge["slow"]
