"""The bell is a hint: once per transaction, after commit, and never an error for the person who acts."""

from __future__ import annotations

import time

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError

from journal import Errand, bell, lane, lanes, reaction, tasks

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[dict]:
    """Every wake-up handed to the broker."""
    sent: list[dict] = []
    monkeypatch.setattr(tasks.work, "apply_async", lambda **options: sent.append(options))
    monkeypatch.setattr(bell, "_silent_until", 0.0)
    return sent


def test_several_entries_in_one_transaction_ring_once_after_commit(rung, happened):
    reaction("atlas.card", to="*")(lambda errand: None)
    with transaction.atomic():
        happened(uri="https://node.example/needs/1")
        happened(uri="https://node.example/needs/2")
        assert rung == []
    assert len(rung) == 1
    assert rung[0]["retry"] is False
    assert rung[0]["expires"] > 0


def test_nothing_rings_when_the_change_is_rolled_back_or_nobody_listens(rung, happened):
    happened(name="group.published")
    reaction("atlas.card", to="need.*")(lambda errand: None)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        happened()
        raise ZeroDivisionError
    assert rung == []


def test_a_ring_in_a_savepoint_that_is_undone_does_not_silence_a_later_one(rung):
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            bell.ring()
            raise ZeroDivisionError
        bell.ring()
    assert len(rung) == 1


def test_a_broker_that_is_down_is_logged_once_and_keeps_the_work(rung, happened, monkeypatch, caplog):
    def refuse(**options):
        rung.append(options)
        raise OperationalError("connection refused")

    monkeypatch.setattr(tasks.work, "apply_async", refuse)
    reaction("atlas.card", to="*")(lambda errand: None)
    happened(uri="https://node.example/needs/1")
    happened(uri="https://node.example/needs/2")
    assert len(rung) == 1, "a broker that just refused is left alone for a while"
    assert caplog.text.count("no wake-up sent") == 1
    assert Errand.objects.filter(state="ready").count() == 2


@pytest.mark.parametrize("broker", ["redis://127.0.0.1:1/0", "amqp://guest@127.0.0.1:1//"])
def test_an_unreachable_broker_delays_nobody(broker, monkeypatch):
    from celery import Celery

    from config.environment import broker as broker_settings

    app = Celery("unreachable", set_as_current=False)
    app.conf.update({name.lower(): value for name, value in broker_settings(broker, "node.example").items()})
    app.conf.broker_connection_timeout = 2.0
    work = app.task(nothing, name="work")
    bell._send(work, 30.0)  # loads the transport, which is not what anybody waits for twice
    monkeypatch.setattr(bell, "_silent_until", 0.0)
    begun = time.monotonic()
    bell._send(work, 30.0)
    assert time.monotonic() - begun < 1.5
    assert bell._silent_until > 0


def nothing() -> None: ...


def test_the_wake_up_does_the_work_of_every_lane(happened, monkeypatch):
    monkeypatch.setattr(lanes, "_lanes", dict(lanes._lanes))
    left = [2, 1]
    lane("deliveries")(lambda limit: left.pop() if left else 0)
    done = []
    reaction("atlas.card", to="*")(lambda errand: done.append(errand.entry.uri))
    happened()
    tasks.work()
    assert (done, left) == (["https://node.example/needs/1"], [])


def test_a_lane_that_fails_does_not_stop_the_others(happened, monkeypatch, caplog):
    monkeypatch.setattr(lanes, "_lanes", {})

    @lane("broken")
    def broken(limit: int) -> int:
        raise RuntimeError("no such table")

    done = []
    lane("sound")(lambda limit: done.append(limit) or 0)
    lanes.work_until_idle()
    assert done == [20]
    assert "lane broken stopped early" in caplog.text


def test_a_full_lane_is_looked_through_again_by_whoever_is_inside():
    """A wake-up that finds the lane full must not be lost when those inside have just looked."""
    looks = []

    def drain(limit: int) -> int:
        looks.append(limit)
        if len(looks) == 1:
            assert narrow.run() == 0, "the lane takes one thread at a time"
        return 0

    narrow = lanes.Lane("narrow", drain, batch=5, width=1)
    narrow.run()
    assert looks == [5, 5]
