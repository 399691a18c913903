"""A node that takes its time, or never answers, holds up nobody else."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from federation import actors, http
from federation.http import Answer
from federation.models import Actor, Delivery
from federation.outbound.say import say

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


def test_what_becomes_due_while_a_slow_node_answers_goes_out_meanwhile(edge, group, work):
    tell(group, SLOW)
    tell(group, QUICK)
    Delivery.objects.filter(inbox=QUICK).update(due_at=timezone.now() + dt.timedelta(seconds=0.7))
    work()
    assert edge["slow"] == ["after"]
