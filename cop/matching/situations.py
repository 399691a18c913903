"""The situations people are in, and what helps with each, in the words of both sides: what joins a need to an offer
that says nothing alike.

Read from `data/situations/*.yaml`, which we wrote: for each situation phrases of those who have it and of those who
help, in English and Italian, further words that go with it, its topics, and the kinds of support that answer it.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy
import yaml

from atlas.search import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from atlas.embedding.embedder import Vectors

FOLDER = Path(__file__).parents[1] / "data" / "situations"
LANGUAGES = ("en", "it")
PHRASE, WORD = 1.0, 0.5  # what a phrase counts, and a further word
SHARPNESS = 3  # how little a phrase counts of which only a part is there
SHORTEST = 3  # letters of a word that counts
_clause = re.compile(r"[.!?;:,()\n]+|\s(?:and|but|because|e|ma|perché)\s", re.IGNORECASE)


@dataclass(frozen=True)
class Situation:
    """`topics` and `support` are slugs; `phrases` by language, of both sides."""

    slug: str
    topics: tuple[str, ...]
    support: frozenset[str]
    phrases: Mapping[str, tuple[str, ...]]
    further: Mapping[str, tuple[str, ...]]
    labels: Mapping[str, str]


@lru_cache(maxsize=1)
def situations() -> tuple[Situation, ...]:
    """All of them, always in the same order. Read once in a process."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    listed: list[dict[str, Any]] = []
    for path in sorted(FOLDER.glob("*.yaml")):
        listed += yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    return tuple(_situation(each) for each in sorted(listed, key=lambda each: str(each["id"])))


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """Names the words as they are: what was learnt from others is learnt anew."""
    whole = sha256()
    for path in sorted(FOLDER.glob("*.yaml")):
        whole.update(path.read_bytes())
    return whole.hexdigest()[:16]


def _situation(said: Mapping[str, Any]) -> Situation:
    both = {language: (*said["need"][language], *said["help"][language]) for language in LANGUAGES}
    further = {name: tuple(each.strip() for each in said["words"][name].split(",")) for name in LANGUAGES}
    return Situation(
        said["id"], tuple(said["topics"]), frozenset(said["support"]), both, further, said.get("label", {})
    )


class Lexicon:
    """Finds phrases of situations in a text of one language, whatever the endings and order of their words."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.entries: list[tuple[int, frozenset[str], float]] = []
        for number, situation in enumerate(situations()):
            self._add(number, situation.phrases[language], PHRASE)
            self._add(number, situation.further[language], WORD)
        known: dict[str, set[int]] = defaultdict(set)
        self.with_stem: dict[str, list[int]] = defaultdict(list)
        for place, (number, stems, _counts) in enumerate(self.entries):
            for stem in stems:
                known[stem].add(number)
                self.with_stem[stem].append(place)
        many = len(situations())
        self.weight = {stem: math.log(many / len(numbers)) + 0.1 for stem, numbers in known.items()}
        self.whole = [sum(self.weight[stem] for stem in stems) for _number, stems, _counts in self.entries]

    def _add(self, number: int, phrases: Iterable[str], counts: float) -> None:
        for phrase in phrases:
            stems = frozenset(_stems(phrase, self.language))
            if stems:
                self.entries.append((number, stems, counts))

    def found_in(self, text: str) -> Vectors:
        """How strongly each situation is named, clause by clause, so that one thing beside another counts as well."""
        total = numpy.zeros(len(situations()), dtype=numpy.float32)
        for clause in _clause.split(text):
            total += self._in_clause(clause)
        return total

    def _in_clause(self, clause: str) -> Vectors:
        best = numpy.zeros(len(situations()), dtype=numpy.float32)
        hits: dict[int, float] = defaultdict(float)
        for stem in set(_stems(clause, self.language)):
            for place in self.with_stem.get(stem, ()):
                hits[place] += self.weight[stem]
        for place, hit in hits.items():
            number, _stems_of, counts = self.entries[place]
            best[number] = max(best[number], counts * hit * (hit / self.whole[place]) ** SHARPNESS)
        return best


@lru_cache(maxsize=len(LANGUAGES))
def lexicon(language: str) -> Lexicon:
    return Lexicon(language)


def named_in(text: str, language: str) -> Vectors:
    """As `Lexicon.found_in`; nothing in a language that no phrases are in."""
    if language not in LANGUAGES:
        return numpy.zeros(len(situations()), dtype=numpy.float32)
    return lexicon(language).found_in(text)


def _stems(text: str, language: str) -> list[str]:
    telling = (word for word in words.words_of(text) if words.is_telling(word) and len(word) >= SHORTEST)
    return [words.stem(word, language) for word in telling]
