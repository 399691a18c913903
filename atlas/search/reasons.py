"""Why a card was found: which of the words somebody typed it has, and which it has not."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from atlas.models import SearchDocument
from atlas.search import words
from atlas.search.excerpts import explained

if TYPE_CHECKING:
    from collections.abc import Iterable

    from atlas.models import Card
    from atlas.search.finding import Search
    from atlas.search.questions import Unit


class Reasons(NamedTuple):
    """Words of the question, as they were typed."""

    has: list[str]
    lacks: list[str]


def with_reasons(search: Search | None, cards: Iterable[Card]) -> list[Card]:
    """The cards, each with its `excerpt` and its `reasons`. Two queries."""
    listed = explained(search, cards)
    if search is None:
        return listed
    as_typed = words.written(search.mended_text or search.text)
    documents = SearchDocument.objects.in_bulk([card.pk for card in listed])
    for card in listed:
        held = _stems(documents.get(card.pk))
        told: list[list[str]] = [[], []]
        for unit in search.units:
            told[not _fits(unit, held)].append(" ".join(as_typed.get(word, word) for word in unit.typed))
        card.reasons = Reasons(*told)  # type: ignore[attr-defined]
    return listed


def _stems(document: SearchDocument | None) -> set[str]:
    """All that the card is found by."""
    if document is None:
        return set()
    return {
        stem for column in (document.title, document.names, document.marks, document.body) for stem in column.split()
    }


def _fits(unit: Unit, held: set[str]) -> bool:
    return any(all(held & forms for forms in way) for way in unit.ways)
