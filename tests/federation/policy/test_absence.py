"""Stewards hear once that a neighbour has not answered for a day, and once that it is back."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from federation import http, introductions, neighbours
from federation.http import Answer, FetchFailed
from federation.models import Node
from journal import schedule
from notifications.models import Notice


@pytest.fixture
def steward(db) -> Client:
    client = Client()
    client.force_login(User.objects.create_user("alice@here.example", "pw", is_steward=True))
    return client


@pytest.fixture
def line(monkeypatch):
    """What their server answers."""
    said: dict[str, Answer | Exception] = {"": FetchFailed("no answer")}

    async def post(url, body, headers, **_: object):
        answer = said[""]
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(http, "post", post)
    return said


def kinds() -> list[str]:
    return list(Notice.objects.order_by("pk").values_list("kind", flat=True))


def hours_pass(clock, work, hours: int) -> None:
    for _ in range(hours):
        clock.shift(dt.timedelta(hours=1))
        schedule.arm()
        work()


def say_something(work) -> None:
    from django.db import transaction

    with transaction.atomic():
        introductions.tell(Node.objects.get())
    work()


def test_once_after_a_day_and_once_when_it_is_back(peer, steward, line, work):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _absence in range(2):
            Notice.objects.all().delete()
            line[""] = FetchFailed("no answer")
            say_something(work)
            hours_pass(clock, work, 20)
            assert kinds() == []
            hours_pass(clock, work, 30)
            assert kinds() == ["neighbour_away"]
            line[""] = Answer(202, {}, "")
            hours_pass(clock, work, 30)
            assert kinds() == ["neighbour_away", "neighbour_back"]
        page = steward.get(f"/desk/neighbours/{Node.objects.get().pk}").content.decode()
        assert page.count("They did not answer for a day.") == page.count("They answer again.") == 2


def test_what_becomes_of_a_node_that_is_no_neighbour_any_more_is_nobodys_business(peer, steward, line, work):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        say_something(work)
        hours_pass(clock, work, 50)
        assert kinds() == ["neighbour_away"]
        Node.objects.update(peering="ended")
        line[""] = Answer(202, {}, "")
        hours_pass(clock, work, 30)
        assert Node.objects.get().failures == 0 and kinds() == ["neighbour_away"]


def test_a_pause_during_an_absence_ends_it_for_nobody(peer, steward, line, work):
    """Once they answer stewards hear of it all the same."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        say_something(work)
        hours_pass(clock, work, 50)
        neighbours.pause(Node.objects.get())
        neighbours.resume(Node.objects.get())
        hours_pass(clock, work, 5)
        line[""] = Answer(202, {}, "")
        hours_pass(clock, work, 30)
        assert kinds() == ["neighbour_away", "neighbour_back"]


def test_a_short_absence_a_pause_and_a_block_are_nobodys_business(peer, steward, line, work):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        say_something(work)
        hours_pass(clock, work, 5)
        line[""] = Answer(202, {}, "")
        hours_pass(clock, work, 30)
        assert kinds() == []
        for change in ({"peering": "paused"}, {"peering": "full", "blocked_at": timezone.now()}):
            since = timezone.now() - dt.timedelta(days=3)
            Node.objects.update(failures=5, unreachable_since=since, rest_until=None, **change)
            hours_pass(clock, work, 3)
            assert kinds() == []
