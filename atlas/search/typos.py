"""Words that stand nowhere, and what was probably meant."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import OSA

from atlas.models import Word
from atlas.search import words
from atlas.search.synonyms import thesaurus

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

SHORTEST = 4  # letters: anything is near to a shorter word
LENIENT_FROM = 8  # letters: from here on two slips are forgiven
COMMON = 3  # documents: a rare word is only offered for one slip behind the first letter
MOST_MENDED = 3  # words of a question
MOST_COMPARED = 50_000
MOST_OFFERED = 3  # for each word
DIFFERENT_BEGINNING = 0.5  # of a slip: people rarely mistype the first letter


def unknown(telling: Iterable[str], held: Collection[str]) -> list[str]:
    """Those of the words that stand nowhere: in no form among the stems `held`, and in no list of words either."""
    asked = (word for word in telling if len(word) >= SHORTEST and word.isalpha())
    known = thesaurus().stems
    strange = (word for word in asked if not any(stem in held or stem in known for stem in words.stems_of(word)))
    return list(islice(strange, MOST_MENDED))


def likely(mistyped: Collection[str], audiences: Collection[str]) -> dict[str, list[str]]:
    """For each word the nearest ones that these audiences may read, best first; at most MOST_OFFERED each."""
    if not mistyped:
        return {}
    lengths = {len(word) + slip for word in mistyped for slip in range(-_slips(word), _slips(word) + 1)}
    rows = Word.objects.filter(audience__in=audiences, length__in=lengths).order_by("-documents")
    count = dict(reversed(rows.values_list("word", "documents")[:MOST_COMPARED]))
    compared = [*count, *(word for word in thesaurus().known if len(word) in lengths and word not in count)]
    return {word: _nearest(word, compared, count) for word in mistyped}


def _nearest(word: str, compared: list[str], count: dict[str, int]) -> list[str]:
    found = process.extract(word, compared, scorer=OSA.distance, score_cutoff=_slips(word), limit=None)
    ranked = sorted(
        (slips + DIFFERENT_BEGINNING * (near[:1] != word[:1]), -count.get(near, COMMON), near)
        for near, slips, _place in found
    )
    near_enough = (near for slips, known, near in ranked if slips <= _slips(word) and (slips <= 1 or -known >= COMMON))
    return list(islice(near_enough, MOST_OFFERED))


def _slips(word: str) -> int:
    return 2 if len(word) >= LENIENT_FROM else 1
