"""What means the same: groups of words of both languages, and the shared concepts with all their names.

Read from `data/synonyms.yaml` and `data/topics.yaml`; a phrase is known by its words without the silent ones, as stems,
so that “centri per gli anziani” is “centro anziani”.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from django.utils import translation

from atlas import vocabulary
from atlas.search import words
from atlas.search.marks import mark_of, mark_of_iri
from frontend.kinds import KIND_PLURALS, KIND_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

FILE = Path(__file__).parents[1] / "data" / "synonyms.yaml"
MOST_WORDS = 4  # of a phrase

Phrase = tuple[str, ...]  # stems


@dataclass
class Meaning:
    """The phrases, as stems of their language, that stand for a phrase somebody typed, and the marks of concepts."""

    phrases: dict[Phrase, None] = field(default_factory=dict)
    marks: dict[str, None] = field(default_factory=dict)


@dataclass(frozen=True)
class Thesaurus:
    meanings: dict[Phrase, Meaning]
    known: frozenset[str]  # words as they are written, folded: what a mistyped word may have meant
    stems: frozenset[str]

    def of(self, typed: list[str]) -> Meaning | None:
        """What these typed words mean together, in whichever language they are."""
        found = Meaning()
        for language in words.LANGUAGES:
            meaning = self.meanings.get(tuple(words.stem(word, language) for word in typed))
            if meaning is not None:
                found.phrases |= meaning.phrases
                found.marks |= meaning.marks
        return found if found.phrases or found.marks else None


@lru_cache(maxsize=1)
def thesaurus() -> Thesaurus:
    """Read once in a process."""
    meanings: dict[Phrase, Meaning] = {}
    known: set[str] = set()
    for names, mark in (*_groups(), *_concepts(), *_kinds(), *_said_otherwise()):
        phrases = [phrase for phrase in (_phrase(language, name, known) for language, name in names) if phrase]
        for phrase in phrases:
            meaning = meanings.setdefault(phrase, Meaning())
            if mark:
                meaning.marks[mark] = None
            else:
                meaning.phrases |= dict.fromkeys(phrases)
    return Thesaurus(meanings, frozenset(known), frozenset(stem for phrase in meanings for stem in phrase))


def _phrase(language: str, name: str, known: set[str]) -> Phrase:
    telling = [word for word in words.words_of(name) if words.is_telling(word)]
    if not telling or len(telling) > MOST_WORDS:
        return ()
    known.update(telling)
    return tuple(words.stem(word, language) for word in telling)


Names = list[tuple[str, str]]  # language, name


def _file() -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(
        FILE.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    return found


def _groups() -> Iterator[tuple[Names, str]]:
    for group in _file()["synonyms"]:
        yield _by_language(group), ""


def _said_otherwise() -> Iterator[tuple[Names, str]]:
    for entry in _file()["marks"]:
        ((scheme, slug),) = entry["mark"].items()
        yield _by_language({name: entry[name] for name in words.LANGUAGES}), mark_of(scheme, slug)


def _concepts() -> Iterator[tuple[Names, str]]:
    """A concept is found by its mark, not by its other names: “development” is no other word for planning."""
    for concept in vocabulary.concepts():
        labels = {language: [label] for language, label in concept.columns["labels"].items()}
        others: dict[str, Any] = concept.columns["alt_labels"]
        yield [*_by_language(labels), *_by_language(others)], mark_of_iri(concept.iri)


def _kinds() -> Iterator[tuple[Names, str]]:
    for kind, word in KIND_WORDS.items():
        names: Names = []
        for language in words.LANGUAGES:
            with translation.override(language):
                names += [(language, str(word)), (language, str(KIND_PLURALS.get(kind, word)))]
        yield names, mark_of("kind", kind)


def _by_language(listed: Mapping[str, Iterable[str]]) -> Names:
    return [
        (language, str(name)) for language, names in listed.items() if language in words.LANGUAGES for name in names
    ]
