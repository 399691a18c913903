"""Writing the journal: always inside the transaction that makes the change."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from journal import bell, registry
from journal.models import Entry, Errand

#: An errand with the same key was inserted and then started, each just before we looked: never often in a row.
INSERT_ATTEMPTS = 5
BATCH = 500  # rows of one query
ENTRY_NAME = re.compile(r"[a-z][a-z_-]*\.[a-z][a-z_]*")


class OutsideTransaction(RuntimeError):
    """Writing the journal apart from the change it speaks of: a crash could keep one and lose the other."""


def record(name: str, uri: str, *, actor: str = "", origin: str = "here") -> Entry:
    """Note that `name` happened to `uri`, with one errand per reaction, all or nothing with the change.

    Raises OutsideTransaction outside `atomic()`, ValueError for a name that is not `kind.happened` or an
    empty uri.
    """
    _require_transaction(f"record({name!r})")
    if not ENTRY_NAME.fullmatch(name):
        raise ValueError(f"a journal name is `kind.happened` in lower case, as need.published; got {name!r}")
    if not uri:
        raise ValueError(f"{name} needs the URI of the thing it happened to")
    entry = Entry.objects.create(name=name, uri=uri, actor=actor, origin=Entry.Origin(origin))
    reactions = registry.kinds_answering(name, origin)
    Errand.objects.bulk_create(Errand(kind=kind.name, entry=entry, due_at=entry.at) for kind in reactions)
    if reactions:
        bell.ring()
    return entry


def errand(
    kind: str,
    *,
    entry: Entry | None = None,
    payload: dict[str, Any] | None = None,
    key: str | None = None,
    due_at: dt.datetime | None = None,
) -> Errand:
    """Ask for work of a registered kind, now or at `due_at`.

    With a `key`, an errand of this kind and key that nobody has started yet is returned instead of a second
    one, brought forward if it was due later. One that is under way does not count: it may not have seen the
    change.
    Raises OutsideTransaction outside `atomic()`, registry.UnknownKind for a kind that no app registers.
    """
    _require_transaction(f"errand({kind!r})")
    registry.kind_named(kind)
    due_at = due_at or timezone.now()
    waiting = _waiting(kind, key, due_at) if key else None
    if waiting is None:
        made = Errand(kind=kind, entry=entry, payload=payload or {}, key=key, due_at=due_at)
        waiting = _insert(made)
    if due_at <= timezone.now():
        bell.ring()
    return waiting


class Wanted(NamedTuple):
    """One errand of many: see `errand_for_each`."""

    key: str
    payload: dict[str, Any]
    due_at: dt.datetime


def errand_for_each(kind: str, wanted: Iterable[Wanted]) -> None:
    """As `errand` with a key, for many at once: a fixed number of queries for each BATCH of them.

    Raises as `errand` does.
    """
    _require_transaction(f"errand_for_each({kind!r})")
    registry.kind_named(kind)
    asked = {each.key: each for each in wanted}
    keys = sorted(asked)
    for start in range(0, len(keys), BATCH):
        _ask(kind, {key: asked[key] for key in keys[start : start + BATCH]})
    if any(each.due_at <= timezone.now() for each in asked.values()):
        bell.ring()


def _ask(kind: str, missing: dict[str, Wanted]) -> None:
    """Ends when each is waiting and locked, so that no worker starts it before our change is committed."""
    for _attempt in range(INSERT_ATTEMPTS):
        waiting = Errand.objects.select_for_update().filter(
            kind=kind, key__in=missing, state=Errand.State.READY, lease_owner=""
        )
        sooner = []
        for held in waiting.order_by("key"):
            each = missing.pop(held.key or "")
            if each.due_at < held.due_at:
                held.due_at = each.due_at
                sooner.append(held)
        Errand.objects.bulk_update(sooner, ["due_at"])
        if not missing:
            return
        made = [Errand(kind=kind, key=each.key, payload=each.payload, due_at=each.due_at) for each in missing.values()]
        Errand.objects.bulk_create(made, ignore_conflicts=True)
    raise IntegrityError(f"{len(missing)} errands {kind!r} were started again and again while they were asked for")


def hold(uri: str) -> None:
    """Wait until no other transaction holds `uri`, then hold it until this one ends.

    For reactions that write down how a thing stands: of two that ran at once, the one that read first could write
    last, and what was withdrawn would come back. Where one transaction writes at a time this waits for nothing.
    """
    _require_transaction(f"hold({uri!r})")
    # The first entry stands for the thing: it is always there, and nobody changes it.
    Entry.objects.select_for_update(no_key=True).filter(uri=uri).order_by("id").values_list("pk").first()


def _insert(made: Errand, attempts: int = INSERT_ATTEMPTS) -> Errand:
    if made.key is None:
        made.save(force_insert=True)
        return made
    try:
        with transaction.atomic():
            made.save(force_insert=True)
        return made
    except IntegrityError:
        # Another transaction inserted the same key between our look and our insert, and has committed.
        waiting = _waiting(made.kind, made.key, made.due_at)
        if waiting is not None:
            return waiting
        if attempts == 1:
            raise
        # A worker has started that one since then: it may not have seen our change.
        return _insert(made, attempts - 1)


def _waiting(kind: str, key: str, due_at: dt.datetime) -> Errand | None:
    # The row lock keeps workers (who skip locked rows) from starting it before our change is committed.
    waiting = (
        Errand.objects.select_for_update().filter(kind=kind, key=key, state=Errand.State.READY, lease_owner="").first()
    )
    if waiting and due_at < waiting.due_at:
        waiting.due_at = due_at
        waiting.save(update_fields=["due_at"])
    return waiting


def _require_transaction(what: str) -> None:
    # A test case's own wrapping transaction does not count: the code under test must open one.
    if not any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
        raise OutsideTransaction(f"{what} must run inside transaction.atomic(), with the change it speaks of")
