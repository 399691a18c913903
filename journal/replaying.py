"""Asking again for what follows from entries: what reactions wrote can be thrown away and rebuilt."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from journal import bell, registry
from journal.models import Entry, Errand

BATCH = 500


class NothingToReplay(LookupError):
    """No reaction and no rebuild function has this name."""


def replay(prefix: str) -> int:
    """Ask for the errands of every reaction called `prefix` or `prefix.…`; returns how many there are.

    Each runs once for the newest entry of every URI that the reaction answers, because reactions look at the
    current row. If an app registered a `rebuild` function for exactly this prefix, that is called instead.
    Commits every BATCH entries; safe to run again. Raises NothingToReplay and names what there is.
    """
    rebuild = registry.rebuild_for(prefix)
    if rebuild:
        return rebuild()
    found = [kind for kind in registry.kinds() if kind.patterns and _is_under(kind.name, prefix)]
    if not found:
        raise NothingToReplay(f"nothing called {prefix!r} can be replayed; known: {', '.join(_known())}")
    return sum(_replay_kind(kind) for kind in found)


def _replay_kind(kind: registry.Kind) -> int:
    count = 0
    for batch in _batches_of_newest(_answered_by(kind)):
        with transaction.atomic():
            Errand.objects.bulk_create(
                (Errand(kind=kind.name, entry_id=pk, key=f"replay:{pk}") for pk in batch),
                ignore_conflicts=True,
            )
            bell.ring()
        count += len(batch)
    return count


def _answered_by(kind: registry.Kind) -> QuerySet[Entry]:
    happened = Entry.objects.values_list("name", "origin").distinct()
    answered = [Q(name=name, origin=origin) for name, origin in happened if kind.answers(name, origin)]
    return Entry.objects.filter(reduce(or_, answered)) if answered else Entry.objects.none()


def _batches_of_newest(entries: QuerySet[Entry]) -> Iterator[list[int]]:
    """Ids of the newest of `entries` for every URI, ascending."""
    newest = entries.values("uri").annotate(newest=Max("id")).values("newest")
    last = 0
    while batch := list(newest.filter(newest__gt=last).order_by("newest").values_list("newest", flat=True)[:BATCH]):
        yield batch
        last = batch[-1]


def _is_under(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(f"{prefix}.")


def _known() -> list[str]:
    kinds = {kind.name for kind in registry.kinds() if kind.patterns}
    prefixes = {name.split(".")[0] for name in kinds}
    return sorted(kinds | prefixes | set(registry.rebuilds())) or ["nothing yet"]
