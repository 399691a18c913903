"""Why a card was found, where its title and summary do not show it: some words of its text, the found ones marked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from atlas.models import SearchDocument
from atlas.search import words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from atlas.models import Card
    from atlas.search.finding import Search
    from atlas.search.questions import Unit

SHOWN_OF_SUMMARY = 240  # characters, as the component `card` cuts it
BEFORE, AFTER = 60, 140  # characters around the first word that is not shown yet
_word = re.compile(r"[^\W_]+")


def explained(search: Search | None, cards: Iterable[Card]) -> list[Card]:
    """The cards of a page, each with its `excerpt`, empty where nothing needs explaining. One query."""
    listed = list(cards)
    if search is not None:
        documents = SearchDocument.objects.in_bulk([card.pk for card in listed])
        for card in listed:
            document = documents.get(card.pk)
            card.excerpt = _excerpt(search, card, document) if document else ""  # type: ignore[attr-defined]
    return listed


def _excerpt(search: Search, card: Card, document: SearchDocument) -> SafeString | str:
    shown = f"{card.title} {card.summary[:SHOWN_OF_SUMMARY]} {card.group_name} {card.area}"
    seen = {words.stem(word, document.language) for word in words.words_of(shown)}
    held = set(document.body.split())
    found = [stems for unit in search.units if (stems := _held(unit, held))]
    unseen = {stem for stems in found if not stems & seen for stem in stems}
    return _around(document, unseen, {stem for stems in found for stem in stems}) if unseen else ""


def _held(unit: Unit, held: set[str]) -> set[str]:
    """The stems by which the text holds this unit."""
    ways = (way for way in unit.ways if all(held & forms for forms in way))
    return {stem for way in ways for forms in way for stem in forms & held}


def _around(document: SearchDocument, unseen: set[str], found: set[str]) -> SafeString | str:
    text = document.text
    spans = [(each.span(), words.stem(words.fold(each[0]), document.language)) for each in _word.finditer(text)]
    middle = next((span for span, stem in spans if stem in unseen), None)
    if middle is None:
        return ""
    start, end = _begin(text, middle[0] - BEFORE), _end(text, middle[1] + AFTER)
    parts, place = ["…" if start else ""], start
    for (begins, ends), stem in spans:
        if start <= begins and ends <= end and stem in found:
            parts += [escape(text[place:begins]), "<mark>", escape(text[begins:ends]), "</mark>"]
            place = ends
    parts += [escape(text[place:end]), "…" if end < len(text) else ""]
    return mark_safe("".join(parts))  # every piece of text above is escaped


def _begin(text: str, wanted: int) -> int:
    """Where the word after `wanted` begins, so that none is cut."""
    return text.find(" ", wanted) + 1 if wanted > 0 else 0


def _end(text: str, wanted: int) -> int:
    return len(text) if wanted >= len(text) else max(text.rfind(" ", 0, wanted), 0)
