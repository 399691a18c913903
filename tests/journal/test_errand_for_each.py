"""Many errands asked for at once are as good as one by one, and cost the same for few and many."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from journal import Errand, OutsideTransaction, Wanted, errand, errand_for_each, errand_kind
from journal.registry import UnknownKind

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def mail():
    errand_kind("mail")(lambda errand: None)


def wanted(number: int, due_at: dt.datetime) -> list[Wanted]:
    return [Wanted(str(n), {"n": n}, due_at) for n in range(number)]


def ask(number: int, due_at: dt.datetime) -> int:
    with CaptureQueriesContext(connection) as captured, transaction.atomic():
        errand_for_each("mail", wanted(number, due_at))
    return len(captured)


def test_each_key_is_asked_for_once_and_brought_forward():
    later = timezone.now() + 2 * HOUR
    with transaction.atomic():
        errand("mail", key="1", payload={"n": 1}, due_at=later)
    ask(3, later + HOUR)
    ask(3, later + 2 * HOUR)
    due = dict(Errand.objects.values_list("key", "due_at"))
    assert due == {"0": later + HOUR, "1": later, "2": later + HOUR}
    ask(3, later - HOUR)
    assert set(Errand.objects.values_list("due_at", flat=True)) == {later - HOUR}
    assert [each.payload for each in Errand.objects.order_by("key")] == [{"n": n} for n in range(3)]


def test_one_that_is_under_way_does_not_count():
    due = timezone.now()
    ask(2, due)
    Errand.objects.filter(key="1").update(lease_owner="w", lease_until=due + HOUR)
    ask(2, due)
    assert sorted(Errand.objects.values_list("key", flat=True)) == ["0", "1", "1"]


def test_many_cost_as_much_as_two():
    due = timezone.now() + HOUR
    few = ask(2, due)
    Errand.objects.all().delete()
    assert ask(80, due) <= few, "SQLite takes a hundred rows or so at once"
    assert Errand.objects.count() == 80


def test_it_is_refused_outside_a_transaction_and_for_kinds_nobody_knows():
    with pytest.raises(OutsideTransaction):
        errand_for_each("mail", [])
    with pytest.raises(UnknownKind), transaction.atomic():
        errand_for_each("no_such", [])


def test_what_is_due_now_is_done_now(work):
    ask(3, timezone.now())
    assert work() == 3
