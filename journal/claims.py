"""Taking work from the database, and giving it back done, failed or untouched.

The guarantee: a row is held by one worker at a time, and only the holder can settle it. Effects written in
the transaction that settles the row therefore happen exactly once; effects outside the database happen at
least once.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Case, F, Q, QuerySet, TextField, Value, When
from django.utils import timezone

from journal.models import Claimable

log = logging.getLogger(__name__)

LEASE = dt.timedelta(seconds=30)
ERROR_LENGTH = 2000

#: What is written on a row whose holder died; the second when it was so the last time as well.
DIED, DIED_AGAIN = "its worker died", "its worker died again"

Row = TypeVar("Row", bound=Claimable)

#: Set when the process is asked to end: workers finish the row in hand and give the others back.
stopping = threading.Event()

_in_hand: dict[str, type[Claimable]] = {}
_in_hand_lock = threading.Lock()


class LeaseLost(Exception):
    """Somebody else holds or has finished this row: whatever the caller did for it must be rolled back."""


def worker_name() -> str:
    """This process, as operators see it: host and process id."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}"


def claim(model: type[Row], limit: int, where: Q | None = None) -> list[Row]:
    """Take up to `limit` due rows, oldest due first, for LEASE; nobody else gets them meanwhile.

    A row whose holder died before its lease lapsed counts one attempt more.
    """
    now = timezone.now()
    due = Q(state=Claimable.State.READY, due_at__lte=now) & (Q(lease_until=None) | Q(lease_until__lte=now))
    rows = model._default_manager.filter(due, where or Q())
    if not rows.exists():  # only looks: an idle worker never takes SQLite's write lock
        return []
    owner = f"{worker_name()}/{secrets.token_hex(8)}"
    with transaction.atomic():
        free = rows.order_by("due_at", "pk").select_for_update(skip_locked=True, of=("self",))
        keys = [row.pk for row in free.only("pk")[:limit]]
        model._default_manager.filter(due, pk__in=keys).update(
            lease_owner=owner,
            lease_until=now + LEASE,
            attempts=Case(When(lease_owner="", then=F("attempts")), default=F("attempts") + Value(1)),
            error=Case(
                When(lease_owner="", then=F("error")),
                When(error__in=[DIED, DIED_AGAIN], then=Value(DIED_AGAIN)),
                default=Value(DIED),
                output_field=TextField(),
            ),
        )
    return list(model._default_manager.filter(pk__in=keys, lease_owner=owner).order_by("due_at", "pk"))


def carry_out(rows: Sequence[Row], handle: Callable[[Row], object], *, atomic: bool = True) -> int:
    """Do claimed rows one after another; a row that fails is put back for later and never stops the others.

    With `atomic`, what `handle` writes and "done" commit in one transaction, or not at all.
    Returns how many rows were dealt with.
    """
    with in_hand(rows):
        for done, row in enumerate(rows):
            if stopping.is_set():
                for untouched in rows[done:]:
                    postpone(untouched, until=untouched.due_at)
                return done
            _carry_out_one(row, handle, atomic)
    return len(rows)


def _carry_out_one(row: Row, handle: Callable[[Row], object], atomic: bool) -> None:
    if worn_out(row):
        return
    try:
        if atomic:
            with transaction.atomic():
                _confirm(row)
                handle(row)
                settle(row)
        else:
            handle(row)
            settle(row)
    except LeaseLost:
        log.info("%s was taken over by another worker", row)
    except Exception as error:  # noqa: BLE001  whatever the handler raised is kept on the row
        fail(row, error)


def worn_out(row: Claimable) -> bool:
    """Whether the row is given up untried, since its workers keep dying: then it is buried here.

    That is a fault of ours, as in `fail`; one death alone says little of a row that only waited for the network.
    """
    enough = row.max_attempts if row.error == DIED_AGAIN else row.patience
    if row.attempts < enough:
        return False
    fail(row, RuntimeError("given up: its workers died before finishing it"), dead=True)
    return True


def settle(row: Claimable, **values: Any) -> None:
    """Mark the row done, setting `values` too. Raises LeaseLost if it is no longer ours."""
    now = timezone.now()
    changes = {**values, "state": Claimable.State.DONE, "lease_until": None, "error": "", "settled_at": now}
    if not _held(row).update(**changes):
        raise LeaseLost(str(row))
    _reflect(row, changes)


def fail(row: Claimable, error: BaseException, *, retry_in: dt.timedelta | None = None, dead: bool = False) -> None:
    """Keep the error and put the row back for `retry_in` (default: its `retry_delay`), or bury it.

    It is dead after `max_attempts` failures, where the network failed after `patience`, or at once with `dead`. After
    failures of the network a fault of ours is tried once more. Does nothing if the lease was lost.
    """
    row.attempts += 1
    # Who could not be reached may be back next week; a fault of ours is for somebody to look at today.
    waits = isinstance(error, OSError) or _is_of_the_network(row.error)
    dead = dead or row.attempts >= (row.patience if waits else row.max_attempts)
    changes: dict[str, Any] = {
        "state": Claimable.State.DEAD if dead else Claimable.State.READY,
        "attempts": row.attempts,
        "error": _in_words(error),
        "due_at": timezone.now() + (retry_in if retry_in is not None else row.retry_delay()),
        "lease_until": None,
        "lease_owner": "",
    }
    log.log(
        logging.ERROR if dead else logging.WARNING,
        "%s failed on attempt %s and is %s: %s",
        row,
        row.attempts,
        "dead" if dead else "due again later",
        changes["error"],
    )
    _give_back(row, changes)


def postpone(row: Claimable, until: dt.datetime) -> None:
    """Give the row back untried, due at `until`. Does nothing if the lease was lost."""
    _give_back(row, {"due_at": until, "lease_until": None, "lease_owner": ""})


def retry(row: Claimable) -> bool:
    """Make a dead row due now, its attempts forgotten. False if it was not dead, or already waits anew."""
    changes = {"state": Claimable.State.READY, "due_at": timezone.now(), "attempts": 0, "lease_owner": ""}
    dead = type(row)._default_manager.filter(pk=row.pk, state=Claimable.State.DEAD)
    try:
        with transaction.atomic():
            woken = bool(dead.update(lease_until=None, **changes))
    except IntegrityError:  # an errand with the same key already waits
        return False
    if woken:
        _reflect(row, changes)
        from journal import bell

        bell.ring()
    return woken


def extend(rows: Iterable[Claimable]) -> None:
    """Renew the leases of rows that take long; in worker processes the keeper does this by itself."""
    for row in rows:
        _held(row).update(lease_until=timezone.now() + LEASE)


def end_all_leases(model: type[Claimable]) -> int:
    """Let every held row be claimed again at once: for a start when no other worker can be alive."""
    return model._default_manager.filter(state=Claimable.State.READY, lease_until__isnull=False).update(
        lease_until=timezone.now()
    )


@contextmanager
def in_hand(rows: Sequence[Claimable]) -> Iterator[None]:
    """While inside, the process's keeper extends the leases of `rows`, and a clean end waits for them."""
    leases = take_in_hand(rows)
    try:
        yield
    finally:
        put_down(leases)


def take_in_hand(rows: Sequence[Claimable]) -> set[str]:
    """As `in_hand`, until `put_down` is called with the leases this returns.

    The leases, not the rows: a row that failed or was given back no longer knows under which it was held.
    """
    leases = {row.lease_owner for row in rows}
    with _in_hand_lock:
        _in_hand.update({row.lease_owner: type(row) for row in rows})
    return leases


def put_down(leases: Iterable[str]) -> None:
    """Nothing is worked on under these leases any more."""
    with _in_hand_lock:
        for lease in leases:
            _in_hand.pop(lease, None)


def anything_in_hand() -> bool:
    """Whether this process is in the middle of some work."""
    return bool(_in_hand)


def extend_in_hand() -> None:
    """Extend the leases of everything this process works on.

    Rows locked by a running transaction are skipped: while it runs, nobody else can claim them either.
    """
    with _in_hand_lock:
        held = list(_in_hand.items())
    for owner, model in held:
        with transaction.atomic():
            mine = model._default_manager.filter(lease_owner=owner, state=Claimable.State.READY)
            keys = [row.pk for row in mine.select_for_update(skip_locked=True, of=("self",)).only("pk")]
            mine.filter(pk__in=keys).update(lease_until=timezone.now() + LEASE)


def _held(row: Claimable) -> QuerySet[Claimable]:
    return (
        type(row)
        ._default_manager.filter(pk=row.pk, lease_owner=row.lease_owner, state=Claimable.State.READY)
        .exclude(lease_owner="")
    )


def _confirm(row: Claimable) -> None:
    """Lock the row for this transaction. Raises LeaseLost if it is no longer ours."""
    if _held(row).select_for_update(of=("self",)).only("pk").first() is None:
        raise LeaseLost(str(row))


def _give_back(row: Claimable, changes: dict[str, Any]) -> None:
    try:
        with transaction.atomic():
            if not _held(row).update(**changes):
                return
    except IntegrityError:
        # Somebody asked for the same keyed errand while this one ran: theirs will do the work.
        changes = {"state": Claimable.State.DONE, "lease_until": None, "settled_at": timezone.now()}
        _held(row).update(**changes)
    _reflect(row, changes)


def _reflect(row: Claimable, changes: dict[str, Any]) -> None:
    for field, value in changes.items():
        setattr(row, field, value)


def _is_of_the_network(words: str) -> bool:
    """Whether what is written on a row is an OSError, as FetchFailed is."""
    return words.partition(":")[0] in {each.__name__ for each in _kinds_of(OSError)}


def _kinds_of(error: type[BaseException]) -> Iterator[type[BaseException]]:
    yield error
    for kind in error.__subclasses__():
        yield from _kinds_of(kind)


def _in_words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:ERROR_LENGTH]
