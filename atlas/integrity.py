"""What SKOS forbids concepts to say of each other, looked for in all that is said on this node."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atlas.meaning import Pair, Statements


class Contradiction(Enum):
    """The first two are S46 and S27 of the SKOS Reference; the last is no rule of SKOS, and a tree needs it."""

    SAME_AND_PART = "an exact match is also broader or narrower"
    SAME_AND_RELATED = "an exact match is also related"
    PART_AND_RELATED = "what is broader or narrower is also related"
    CIRCLE = "a concept lies under itself"


def contradictions(statements: Statements) -> Iterator[tuple[Contradiction, Pair]]:
    """Each with the two concepts it is about. An exact match is transitive (S45): what two mean alike is one here."""
    meaning = _Classes(statements.same)
    above: dict[str, set[str]] = {}
    for one, other in statements.under:
        if meaning.of(one) == meaning.of(other):
            yield (Contradiction.CIRCLE if one == other else Contradiction.SAME_AND_PART), (one, other)
        else:
            above.setdefault(meaning.of(one), set()).add(meaning.of(other))
    for one, other in statements.under:
        if meaning.of(one) in _reached(meaning.of(other), above):
            yield Contradiction.CIRCLE, (one, other)
    for one, other in statements.related:
        first, second = meaning.of(one), meaning.of(other)
        if first == second:
            yield Contradiction.SAME_AND_RELATED, (one, other)
        elif second in _reached(first, above) or first in _reached(second, above):
            yield Contradiction.PART_AND_RELATED, (one, other)


class _Classes:
    """Concepts that mean the same, each named by one of them."""

    def __init__(self, same: list[Pair]) -> None:
        self._next: dict[str, str] = {}
        for one, other in same:
            self._next[self.of(one)] = self.of(other)

    def of(self, iri: str) -> str:
        while (following := self._next.get(iri, iri)) != iri:
            iri = following
        return iri


def _reached(begin: str, above: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [begin]
    while waiting:
        for other in above.get(waiting.pop(), ()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found
