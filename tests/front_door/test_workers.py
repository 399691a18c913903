"""A steward hears within two minutes that a worker is dead, also of one among several."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from journal import Heartbeat, keeper
from tests.gatherings import Camden

NOW = timezone.now()


@pytest.fixture
def camden(db):
    camden = Camden()
    camden.alice.user.is_steward = True
    camden.alice.user.save()
    return camden


def beats(worker: str, *, since: dt.datetime = NOW, at: dt.datetime = NOW) -> None:
    Heartbeat.objects.update_or_create(worker=worker, defaults={"started_at": since, "at": at})


def home(camden, person=None) -> str:
    return camden.client(person or camden.alice).get("/groups/").content.decode()


def test_within_two_minutes_every_page_tells_a_steward_that_no_worker_answers(camden):
    with time_machine.travel(NOW, tick=False) as clock:
        beats("one:1")
        assert "does not answer" not in home(camden)
        clock.shift(119)
        assert "A worker of this node does not answer" in home(camden)
        assert "Nothing goes out to other nodes" in home(camden)
        assert "The worker does not answer" in camden.client(camden.alice).get("/desk/").content.decode()
        assert "does not answer" not in home(camden, camden.bob)
        assert "does not answer" not in Client().get("/groups/").content.decode()
        beats("one:1", at=timezone.now())
        clock.shift(21)
        assert "does not answer" not in home(camden)


def test_one_of_two_that_is_dead_is_missed_while_the_other_works(camden):
    with time_machine.travel(NOW, tick=False) as clock:
        beats("one:1")
        beats("two:2")
        clock.shift(119)
        beats("two:2", at=timezone.now())
        assert "The others do its work" in home(camden)
        desk = camden.client(camden.alice).get("/desk/").content.decode()
        assert "one:1 was last heard" in desk and "two:2 was" not in desk
        assert Client().get("/ready").status_code == 200


def test_a_worker_that_was_started_again_is_not_missed_and_stands_for_one_alone(db):
    later = NOW + dt.timedelta(minutes=5)
    beats("one:1")
    beats("two:2")
    beats("three:3", since=NOW + dt.timedelta(seconds=30), at=later)
    with time_machine.travel(later, tick=False):
        assert len(keeper.roll().missing) == 1
        beats("four:4", since=NOW + dt.timedelta(seconds=40), at=later)
        assert keeper.roll().missing == []


def test_one_that_took_over_and_died_too_is_missed_once(db):
    beats("one:1")
    beats("two:2", since=NOW + dt.timedelta(seconds=30), at=NOW + dt.timedelta(seconds=90))
    with time_machine.travel(NOW + dt.timedelta(minutes=5), tick=False):
        assert [beat.worker for beat in keeper.roll().missing] == ["two:2"]


def test_a_worker_that_ends_as_asked_is_missed_by_nobody(db, monkeypatch):
    import threading

    monkeypatch.setattr(keeper, "_leaving", threading.Event())
    beats("two:2")
    keeper.beat()
    keeper.leave()
    keeper.beat()
    assert [beat.worker for beat in Heartbeat.objects.all()] == ["two:2"]
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=5), tick=False):
        beats("two:2", at=timezone.now())
        assert keeper.roll().missing == []


def test_pages_ask_for_it_once_in_a_while(camden, django_assert_num_queries):
    from desk.queries import alarm

    beats("one:1")
    with django_assert_num_queries(1):
        for _ in range(5):
            alarm(camden.alice.user)
    with django_assert_num_queries(0):
        alarm(camden.bob.user)
