"""An entry and its errands are written with the change they speak of, or not at all."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction
from django.utils import timezone

from journal import Entry, Errand, OutsideTransaction, errand, errand_kind, reaction, record
from journal.registry import UnknownKind

pytestmark = pytest.mark.django_db

URI = "https://node.example/needs/1"


def test_recording_outside_a_transaction_is_refused():
    with pytest.raises(OutsideTransaction, match=r"record\('need.published'\) must run inside"):
        record("need.published", URI)
    assert not Entry.objects.exists()


def test_asking_for_an_errand_outside_a_transaction_is_refused():
    errand_kind("mail")(lambda errand: None)
    with pytest.raises(OutsideTransaction):
        errand("mail")


def test_a_rolled_back_change_leaves_no_entry_and_no_errand():
    reaction("atlas.card", to="*")(lambda errand: None)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record("need.published", URI)
        raise ZeroDivisionError
    assert (Entry.objects.count(), Errand.objects.count()) == (0, 0)


def test_an_entry_makes_one_errand_for_each_reaction_that_answers_it(happened):
    reaction("atlas.card", to="*")(lambda errand: None)
    reaction("notices", to=("need.published", "offer.*"))(lambda errand: None)
    reaction("groups", to="group.*")(lambda errand: None)
    reaction("outbox", to="*", origin="here")(lambda errand: None)
    entry = happened("need.published", URI, actor="https://peer.example/people/1", origin="peer")
    assert sorted(entry.errands.values_list("kind", flat=True)) == ["atlas.card", "notices"]
    entry.refresh_from_db()
    assert (entry.name, entry.uri, entry.origin) == ("need.published", URI, "peer")


@pytest.mark.parametrize("name", ["", "need", "Need.published", "need.", "need.published.twice", "need published"])
def test_a_name_that_is_not_kind_and_happening_is_refused(name, happened):
    with pytest.raises(ValueError, match="lower case"):
        happened(name)


def test_an_entry_without_a_uri_or_with_an_unknown_origin_is_refused(happened):
    with pytest.raises(ValueError, match="needs the URI"):
        happened("need.published", "")
    with pytest.raises(ValueError, match="elsewhere"):
        happened("need.published", URI, origin="elsewhere")


def test_an_errand_of_an_unknown_kind_is_refused_with_the_known_ones(asked):
    errand_kind("mail")(lambda errand: None)
    with pytest.raises(UnknownKind, match="no errand kind 'post' is registered; known: mail"):
        asked("post")


def test_a_kind_cannot_be_registered_by_two_functions():
    errand_kind("mail")(first)
    errand_kind("mail")(first)  # the same module imported again
    with pytest.raises(ValueError, match=r"registered by .*first and by .*second"):
        errand_kind("mail")(second)


def first(errand: Errand) -> None: ...


def second(errand: Errand) -> None: ...


def test_a_keyed_errand_is_asked_for_once_until_somebody_starts_it(asked, work):
    done = []
    errand_kind("digest")(lambda errand: done.append(errand.pk))
    once, twice = asked("digest", key="alice"), asked("digest", key="alice")
    assert once == twice
    assert asked("digest", key="bob") != once
    work()
    assert len(done) == 2
    assert asked("digest", key="alice") != once


def test_a_keyed_errand_that_waits_is_brought_forward_but_never_put_off(asked):
    errand_kind("digest")(lambda errand: None)
    now = timezone.now()
    tonight, tomorrow = now + dt.timedelta(hours=6), now + dt.timedelta(days=1)
    asked("digest", key="alice", due_at=tonight)
    asked("digest", key="alice", due_at=tomorrow)
    assert Errand.objects.get().due_at == tonight
    asked("digest", key="alice", due_at=now)
    assert Errand.objects.get().due_at == now


def test_a_keyed_errand_under_way_does_not_swallow_a_new_wish(asked, work):
    """What is under way may have read the rows before the change that asks for it again."""
    runs = []

    @errand_kind("digest")
    def digest(row: Errand) -> None:
        runs.append(row.pk)
        if len(runs) == 1:
            errand("digest", key="alice")

    asked("digest", key="alice")
    work()
    assert len(set(runs)) == 2
