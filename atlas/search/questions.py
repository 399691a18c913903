"""What somebody typed, read as units of meaning: words that belong together, with all that means the same."""

from __future__ import annotations

from dataclasses import dataclass, field

from atlas.search import words
from atlas.search.synonyms import MOST_WORDS as LONGEST_PHRASE
from atlas.search.synonyms import thesaurus

LONGEST_QUESTION = 200  # characters; the rest is not read
MOST_UNITS = 8
SYNONYM = 0.8  # what a synonym counts, beside 1 for the word itself
MARK = 0.5  # what being about a topic counts

Way = tuple[frozenset[str], ...]  # all of these words, each in one of its forms


@dataclass
class Unit:
    """One meaning: `ways` to say it, each with what it counts. `count` is in how many documents it stands, at most;
    `weight` grows with how rare it is."""

    typed: list[str]
    ways: dict[Way, float] = field(default_factory=dict)
    count: int = 0
    weight: float = 1.0

    @property
    def stems(self) -> set[str]:
        return {stem for way in self.ways for forms in way for stem in forms}


def telling_words(text: str) -> list[str]:
    """The words worth looking for, in order, each once; all of them when none tells anything."""
    typed = words.words_of(text[:LONGEST_QUESTION])
    telling = [word for word in typed if words.is_telling(word)]
    return list(dict.fromkeys(telling or typed))


def read(telling: list[str]) -> list[Unit]:
    """At most MOST_UNITS units: the longest phrases that mean something, else single words."""
    units: list[Unit] = []
    place = 0
    while place < len(telling) and len(units) < MOST_UNITS:
        length = next((size for size in range(LONGEST_PHRASE, 1, -1) if _means(telling[place : place + size], size)), 1)
        units.append(_unit(telling[place : place + length]))
        place += length
    return units


def _means(typed: list[str], size: int) -> bool:
    return len(typed) == size and thesaurus().of(typed) is not None


def _unit(typed: list[str]) -> Unit:
    unit = Unit(typed)
    itself: Way = tuple(frozenset(words.stems_of(word)) for word in typed)
    unit.ways[itself] = 1.0
    meaning = thesaurus().of(typed)
    if meaning is not None:
        for phrase in meaning.phrases:
            if not _is_said(phrase, itself):
                unit.ways.setdefault(tuple(frozenset([stem]) for stem in phrase), SYNONYM)
        for mark in meaning.marks:
            unit.ways.setdefault((frozenset([mark]),), MARK)
    return unit


def _is_said(phrase: tuple[str, ...], way: Way) -> bool:
    return len(phrase) == len(way) and all(stem in forms for stem, forms in zip(phrase, way, strict=True))
