"""Periodic errands ask for their own next time."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from journal import Errand, Heartbeat, keeper, last_heartbeat, periodic, schedule
from journal.housekeeping import purge

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize("atomic", [True, False])
def test_periodic_work_runs_again_and_again_and_is_armed_once(atomic, work):
    runs = []
    periodic("sweep.attic", every=HOUR, atomic=atomic)(lambda errand: runs.append(timezone.now()))
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert schedule.arm() == 1
        assert schedule.arm() == 0
        for expected in (1, 2, 3):
            work()
            work()
            assert len(runs) == expected
            clock.shift(HOUR)
    assert Errand.objects.filter(state="ready").count() == 1


def test_periodic_work_that_died_is_armed_again_for_its_next_time(work):
    def broken(errand: Errand) -> None:
        raise OSError("attic locked")

    periodic("sweep.attic", every=HOUR)(broken)
    schedule.arm()
    Errand.objects.update(attempts=Errand.max_attempts - 1)
    work()
    assert Errand.objects.get().state == "dead"
    assert schedule.arm() == 1
    assert Errand.objects.get(state="ready").due_at > timezone.now() + HOUR / 2


def test_finished_errands_and_silent_workers_are_forgotten_in_time():
    now = timezone.now()
    for age in (1, 8):
        Errand.objects.create(kind="x", state="done", settled_at=now - dt.timedelta(days=age))
        Heartbeat.objects.create(worker=f"w{age}", at=now - dt.timedelta(days=age, minutes=1))
    Errand.objects.create(kind="x", state="dead", due_at=now - dt.timedelta(days=99))
    keeper.beat()
    purge(Errand())
    assert sorted(Errand.objects.values_list("state", flat=True)) == ["dead", "done"]
    assert Heartbeat.objects.count() == 1
    heard = last_heartbeat()
    assert heard is not None and timezone.now() - heard < dt.timedelta(seconds=10)
