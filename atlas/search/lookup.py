"""The cards that hold some units of a question, whichever database this is."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Protocol

from django.db import connection
from django.db.models.expressions import RawSQL

from atlas.search import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from atlas.models import CardQuerySet
    from atlas.search.questions import Unit

MOST_CHOICES = 6  # units among which some may be missing: more would make a question of hundreds of parts


class _Database(Protocol):
    """What each of the modules that know a database offers."""

    CARDS: str

    def word(self, stem: str) -> str: ...

    def every(self, parts: Iterable[str]) -> str: ...

    def any_of(self, parts: Iterable[str]) -> str: ...


_databases: dict[str, _Database] = {"sqlite": sqlite, "postgresql": postgresql}


def holding(cards: CardQuerySet, units: Sequence[Unit], share: float = 1.0) -> CardQuerySet:
    """The cards that hold units of at least this share of the question's weight; 1 is all of them."""
    database = _databases[connection.vendor]
    said = [(unit, _unit(unit)) for unit in units]
    enough = list(_enough([unit for unit, _said in said], share))
    asked = database.any_of(database.every(said[place][1] for place in places) for places in enough)
    return cards.filter(pk__in=RawSQL(database.CARDS, [asked])) if enough else cards.none()


def _unit(unit: Unit) -> str:
    database = _databases[connection.vendor]
    ways = (database.every(database.any_of(map(database.word, sorted(forms))) for forms in way) for way in unit.ways)
    return database.any_of(ways)


def _enough(units: list[Unit], share: float) -> Iterator[tuple[int, ...]]:
    """The smallest choices of units that weigh enough, as their places."""
    if share >= 1:
        yield tuple(range(len(units)))
        return
    telling = sorted(range(len(units)), key=lambda place: -units[place].weight)[:MOST_CHOICES]
    needed = share * sum(units[place].weight for place in telling)
    found: list[frozenset[int]] = []
    for size in range(1, len(telling) + 1):
        for places in combinations(telling, size):
            chosen = frozenset(places)
            weighs = sum(units[place].weight for place in places) >= needed
            if weighs and not any(smaller <= chosen for smaller in found):
                found.append(chosen)
                yield places
