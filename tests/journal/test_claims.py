"""A row is held by one worker at a time; its effects happen exactly once, or not at all."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from journal import (
    Claimable,
    Entry,
    Errand,
    LeaseLost,
    claim,
    claims,
    errand_kind,
    extend,
    fail,
    postpone,
    reaction,
    record,
    registry,
    retry,
    settle,
)
from journal import errand as ask
from journal.lanes import work_until_idle

pytestmark = pytest.mark.django_db


def effects() -> int:
    return Entry.objects.filter(name="effect.made").count()


def make_effect(errand: Errand) -> None:
    record("effect.made", f"https://node.example/effects/{errand.pk}")


def test_the_handler_reads_its_entry_and_its_effect_commits_with_done(happened, work):
    reaction("atlas.card", to="need.*")(make_effect)
    happened("need.published")
    assert work() == 1
    errand = Errand.objects.get()
    assert (errand.state, errand.error, errand.lease_until, effects()) == ("done", "", None, 1)
    assert work() == 0


def test_a_handler_that_dies_after_writing_leaves_no_effect(happened, work):
    @reaction("atlas.card", to="need.*")
    def write_and_die(errand: Errand) -> None:
        make_effect(errand)
        raise OSError("the disk went away")

    happened("need.published")
    work()
    errand = Errand.objects.get()
    assert effects() == 0
    assert (errand.state, errand.attempts, errand.error) == ("ready", 1, "OSError: the disk went away")
    assert errand.lease_owner == ""


def test_one_bad_errand_does_not_stop_the_others(asked, work):
    @errand_kind("odd")
    def odd(errand: Errand) -> None:
        if errand.payload["number"] == 3:
            raise ValueError("three")
        make_effect(errand)

    for number in range(7):
        asked("odd", payload={"number": number})
    work()
    assert effects() == 6
    assert Errand.objects.filter(state="ready").get().payload == {"number": 3}


def test_errands_are_done_in_order_of_due_time_then_age(asked, work):
    done = []
    errand_kind("note")(lambda errand: done.append(errand.payload["name"]))
    now = timezone.now()
    asked("note", payload={"name": "second"}, due_at=now - dt.timedelta(seconds=1))
    asked("note", payload={"name": "third"}, due_at=now - dt.timedelta(seconds=1))
    asked("note", payload={"name": "first"}, due_at=now - dt.timedelta(seconds=9))
    asked("note", payload={"name": "tomorrow"}, due_at=now + dt.timedelta(days=1))
    work()
    assert done == ["first", "second", "third"]


def test_an_errand_that_makes_errands_is_worked_off_in_one_wake_up(asked, work):
    @errand_kind("chain")
    def chain(errand: Errand) -> None:
        make_effect(errand)
        if errand.payload["left"]:
            ask("chain", payload={"left": errand.payload["left"] - 1})

    asked("chain", payload={"left": 5})
    assert work() == 6
    assert effects() == 6


def test_a_failed_errand_waits_longer_each_time_with_jitter(asked, work):
    errand_kind("post", atomic=False)(always_refused)
    asked("post")
    waits = []
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(6):
            work()
            errand = Errand.objects.get()
            waits.append((errand.due_at - timezone.now()).total_seconds())
            assert work() == 0, "it must not run before it is due"
            clock.move_to(errand.due_at)
    for attempt, wait in enumerate(waits, start=1):
        assert 0.5 * 2 ** (attempt + 1) <= wait <= 1.5 * 2 ** (attempt + 1)


def always_refused(errand: Errand) -> None:
    raise ConnectionRefusedError("nobody listens on port 1")


def always_broken(errand: Errand) -> None:
    raise RuntimeError("nobody listens on port 1")


def test_who_cannot_be_reached_is_tried_for_a_week(asked, work):
    errand_kind("post", atomic=False)(always_refused)
    asked("post")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        began = timezone.now()
        while Errand.objects.get().state == "ready":
            clock.move_to(Errand.objects.get().due_at)
            work()
        assert timezone.now() - began > dt.timedelta(days=7)


def test_after_its_last_attempt_an_errand_is_dead_with_its_error_and_can_be_retried(asked, work, caplog):
    errand_kind("post", atomic=False)(always_broken)
    asked("post")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(Errand.max_attempts):
            work()
            clock.move_to(Errand.objects.get().due_at)
        dead = Errand.objects.get()
        assert (dead.state, dead.attempts) == ("dead", Errand.max_attempts)
        assert dead.error == "RuntimeError: nobody listens on port 1"
        assert "is dead" in caplog.text
        assert work() == 0
        assert retry(dead)
        assert (dead.state, dead.attempts) == ("ready", 0)
        assert work() == 1
        assert not retry(dead), "only the dead are retried"


def test_a_dead_errand_whose_key_waits_anew_is_not_retried(asked, work):
    errand_kind("digest")(always_refused)
    old = asked("digest", key="alice")
    Errand.objects.filter(pk=old.pk).update(state="dead")
    asked("digest", key="alice")
    assert not retry(Errand.objects.get(pk=old.pk))


def test_a_keyed_errand_that_fails_after_it_was_asked_for_anew_leaves_the_work_to_the_new_one(asked):
    errand_kind("digest")(always_refused)
    asked("digest", key="alice")
    [old] = claim(Errand, 5)
    new = asked("digest", key="alice")
    fail(old, RuntimeError("too late"))
    assert set(Errand.objects.values_list("pk", "state")) == {(old.pk, "done"), (new.pk, "ready")}


def test_an_errand_of_an_app_that_is_gone_waits_and_says_so(asked, work):
    errand_kind("old")(always_refused)
    asked("old")

    registry._kinds.clear()
    errand_kind("new")(always_refused)
    work()
    assert Errand.objects.get().error == "UnknownKind: no errand kind 'old' is registered; known: new"


def test_a_worker_that_lost_its_lease_can_neither_settle_nor_leave_effects(asked):
    errand_kind("slow")(make_effect)
    asked("slow")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        mine = claim(Errand, 5)
        clock.shift(claims.LEASE + dt.timedelta(seconds=1))
        theirs = claim(Errand, 5)
        assert [row.pk for row in mine] == [row.pk for row in theirs]
        assert theirs[0].attempts == 1, "a holder that vanished counts as an attempt"

        assert claims.carry_out(mine, make_effect) == 1
        assert effects() == 0
        with pytest.raises(LeaseLost):
            settle(mine[0])
        fail(mine[0], RuntimeError("not mine to fail"))
        postpone(mine[0], timezone.now())
        assert Errand.objects.get().error == claims.DIED, "and not what the one that lost it says"

        settle(theirs[0])
        with pytest.raises(LeaseLost):
            settle(theirs[0])


def test_a_lease_lost_in_the_middle_rolls_the_effects_back(asked):
    def taken_over(errand: Errand) -> None:
        make_effect(errand)
        Errand.objects.filter(pk=errand.pk).update(lease_owner="somebody else")

    errand_kind("slow")(taken_over)
    asked("slow")
    claims.carry_out(claim(Errand, 5), taken_over)
    assert effects() == 0
    assert Errand.objects.get().state == "ready"


def test_a_held_row_is_not_claimed_again_and_its_lease_can_be_extended(asked):
    errand_kind("slow")(make_effect)
    asked("slow")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        rows = claim(Errand, 5)
        assert claim(Errand, 5) == []
        clock.shift(claims.LEASE - dt.timedelta(seconds=1))
        with claims.in_hand(rows):
            claims.extend_in_hand()  # what the keeper of a worker process does
        clock.shift(claims.LEASE - dt.timedelta(seconds=1))
        extend(rows)
        clock.shift(claims.LEASE - dt.timedelta(seconds=1))
        assert claim(Errand, 5) == []
        clock.shift(dt.timedelta(seconds=2))
        assert len(claim(Errand, 5)) == 1


@pytest.mark.parametrize("ends", ["done", "fails", "given back"])
def test_nothing_stays_in_hand_however_the_work_ends(asked, ends, monkeypatch):
    def handle(errand: Errand) -> None:
        assert claims.anything_in_hand()
        if ends == "fails":
            raise OSError("the disk went away")

    errand_kind("slow")(handle)
    asked("slow")
    if ends == "given back":
        monkeypatch.setattr(claims.stopping, "is_set", lambda: True)
    claims.carry_out(claim(Errand, 5), handle)
    assert not claims.anything_in_hand()


def test_a_row_whose_workers_keep_dying_is_given_up(asked):
    errand_kind("poison")(make_effect)
    asked("poison")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(Errand.max_attempts + 1):
            rows = claim(Errand, 5)
            clock.shift(claims.LEASE)
        claims.carry_out(rows, make_effect)
    errand = Errand.objects.get()
    assert (errand.state, effects()) == ("dead", 0)
    assert "its workers died" in errand.error


def test_an_errand_for_outside_that_kills_its_workers_is_given_up_as_soon_as_any(asked):
    """Being patient is for those who cannot be reached."""
    errand_kind("poison", atomic=False)(make_effect)
    asked("poison")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(Errand.max_attempts + 1):
            rows = claim(Errand, 5)
            clock.shift(claims.LEASE)
        claims.carry_out(rows, make_effect)
    assert (Errand.objects.get().state, effects()) == ("dead", 0)


def test_what_waited_for_the_network_survives_one_fault_of_ours(asked, work):
    """Somebody who was away for days is back, and the database is busy just then."""
    what_happens = [OSError("nobody answers")] * 20 + [RuntimeError("busy")]

    @errand_kind("post", atomic=False)
    def post(errand: Errand) -> None:
        if what_happens:
            raise what_happens.pop(0)

    asked("post")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(22):
            clock.move_to(max(timezone.now(), Errand.objects.get().due_at))
            work()
    assert Errand.objects.get().state == "done"


@pytest.fixture
def refused_for_long(asked, work):
    """The clock, when somebody could not be reached twenty times."""
    errand_kind("post", atomic=False)(always_refused)
    asked("post")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(20):
            work()
            clock.move_to(Errand.objects.get().due_at)
        yield clock


def test_what_waited_for_the_network_survives_one_death_of_its_worker(refused_for_long):
    claim(Errand, 5)
    refused_for_long.shift(claims.LEASE)
    rows = claim(Errand, 5)
    claims.carry_out(rows, make_effect)
    assert Errand.objects.get().state == "done"


def test_a_fault_of_ours_after_the_networks_is_not_tried_for_ever(refused_for_long, work):
    registry._kinds.clear()
    errand_kind("post", atomic=False)(always_broken)
    for _ in range(2):
        work()
        refused_for_long.move_to(Errand.objects.get().due_at)
    assert (Errand.objects.get().state, Errand.objects.get().attempts) == ("dead", 22)


def test_after_a_crash_a_new_start_takes_the_dead_workers_rows_at_once(asked):
    errand_kind("mail")(make_effect)
    asked("mail")
    claim(Errand, 5)
    assert claims.end_all_leases(Errand) == 1
    assert len(claim(Errand, 5)) == 1


def test_a_worker_told_to_stop_gives_back_what_it_has_not_started(asked, monkeypatch):
    monkeypatch.setattr(claims, "stopping", threading.Event())

    def stop_now(errand: Errand) -> None:
        make_effect(errand)
        claims.stopping.set()

    errand_kind("mail")(stop_now)
    for _ in range(3):
        asked("mail")
    assert claims.carry_out(claim(Errand, 5), stop_now) == 1
    assert (effects(), Errand.objects.filter(state="ready", lease_owner="", attempts=0).count()) == (1, 2)


def test_a_row_can_be_settled_with_more_and_postponed_without_counting(asked):
    errand_kind("mail")(make_effect)
    asked("mail")
    [row] = claim(Errand, 1)
    later = timezone.now() + dt.timedelta(hours=1)
    postpone(row, later)
    row.refresh_from_db()
    assert (row.state, row.attempts, row.due_at) == ("ready", 0, later)
    with time_machine.travel(later + dt.timedelta(seconds=1), tick=False):
        [row] = claim(Errand, 1)
        settle(row, payload={"answer": "202"})
    row.refresh_from_db()
    assert (row.state, row.payload) == ("done", {"answer": "202"})


def test_idle_workers_do_not_write(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert claim(Errand, 20) == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_do_the_same_errand(asked):
    done: Counter[int] = Counter()

    @errand_kind("count")
    def count(errand: Errand) -> None:
        done[errand.pk] += 1
        make_effect(errand)

    for number in range(60):
        asked("count", payload={"number": number})
    start = threading.Barrier(4)

    def worker() -> None:
        start.wait()
        try:
            while rows := claim(Errand, 3):
                claims.carry_out(rows, count)
        finally:
            connection.close()

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert set(done.values()) == {1}
    assert (len(done), effects()) == (60, 60)
    assert not Errand.objects.exclude(state=Claimable.State.DONE).exists()


@pytest.mark.django_db(transaction=True)
def test_lanes_worked_by_several_threads_at_once_do_everything_once(asked):
    errand_kind("inside")(make_effect)
    errand_kind("outside", atomic=False)(lambda errand: transaction.atomic(make_effect)(errand))
    for _ in range(20):
        asked("inside")
        asked("outside")

    def worker() -> None:
        try:
            work_until_idle()
        finally:
            connection.close()

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert effects() == 40
    assert Errand.objects.filter(state="done").count() == 40


@pytest.mark.django_db(transaction=True)
def test_a_keyed_wish_made_while_the_errand_runs_is_not_lost(asked):
    """The wish commits while the errand of the same key is in the middle of its transaction."""
    seen = []

    @errand_kind("digest")
    def digest(errand: Errand) -> None:
        seen.append(Entry.objects.filter(name="need.published").count())
        if len(seen) == 1:
            thread.start()
            thread.join(0.5)  # SQLite makes it wait for our commit, PostgreSQL does not

    def wish() -> None:
        try:
            with transaction.atomic():
                record("need.published", "https://node.example/needs/1")
                ask("digest", key="alice")
        finally:
            connection.close()

    thread = threading.Thread(target=wish)
    asked("digest", key="alice")
    work_until_idle()
    thread.join(30)
    work_until_idle()
    assert seen[-1] == 1


def test_every_row_of_work_is_found_by_an_index():
    """A subclass whose Meta forgets `Claimable.Meta` would be searched from end to end at every sweep."""
    from django.apps import apps

    models = [model for model in apps.get_models() if issubclass(model, Claimable)]
    assert Errand in models
    without = [
        model
        for model in models
        if f"{model._meta.model_name}_due" not in {index.name for index in model._meta.indexes}
    ]
    assert not without


@pytest.mark.django_db(transaction=True)
def test_no_change_is_missed_however_wishes_and_workers_interleave(asked):
    """Each wish is made with a change; the last errand to run must have seen every change."""
    seen: list[int] = []

    @errand_kind("digest")
    def digest(errand: Errand) -> None:
        seen.append(Entry.objects.filter(name="need.published").count())

    def in_thread(act: Callable[[], None]) -> threading.Thread:
        def run() -> None:
            try:
                act()
            finally:
                connection.close()

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def wish() -> None:
        for number in range(10):
            with transaction.atomic():
                ask("digest", key="alice")
                record("need.published", f"https://node.example/needs/{number}")

    wishing = [in_thread(wish) for _ in range(3)]
    while any(thread.is_alive() for thread in wishing):
        claims.carry_out(claim(Errand, 5), digest)
    claims.carry_out(claim(Errand, 5), digest)
    assert seen[-1] == 30
    assert not Errand.objects.filter(state="ready").exists()
