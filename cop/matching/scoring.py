"""How well a need and an offer fit, as one number: by the situations both speak of and by what they say, then less what
stands against it. Weights were chosen on one half of `tests/proofs/matching_gold.yaml` and measured on the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy

from cop.matching.reading import unpacked

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from atlas.embedding.embedder import Vectors

    Means = dict[str, Vectors]  # by language

WORDS_ALIKE = 0.3  # what saying the same counts, beside 1 for being about the same situations
ENOUGH_FOR_A_MEAN = 30  # texts of a language, below which their mean says little
AT_ONCE = 4096  # candidates whose numbers are unpacked at the same time

Row = tuple[str, str, bytes]  # address, language, numbers


class Scored(NamedTuple):
    uri: str
    score: float
    nearness: float


def scored(own: Row, others: Iterable[Row], most: int, common: Means) -> list[Scored]:
    """The `most` of the others that fit best, the best first. `common` as `means` gives it, of both sides: so that a
    pair has one score, whichever of the two was read last."""
    rows = list(others)
    (about, said) = unpacked([own[2]])
    said = _less(said, common.get(own[1]))
    found: list[Scored] = []
    for start in range(0, len(rows), AT_ONCE):
        found += _part(rows[start : start + AT_ONCE], about[0], said[0], common)
    return sorted(found, key=lambda each: (-each.score, each.uri))[:most]


def _part(rows: Sequence[Row], about: Vectors, said: Vectors, common: Means) -> list[Scored]:
    theirs_about, theirs_said = unpacked([vector for _uri, _language, vector in rows])
    for language, centre in common.items():
        places = [place for place, row in enumerate(rows) if row[1] == language]
        if places:
            theirs_said[places] = _less(theirs_said[places], centre)
    near = theirs_about @ about
    alike = theirs_said @ said
    scores = near + WORDS_ALIKE * alike
    return [
        Scored(row[0], round(float(score), 4), round(float(nearness), 4))
        for row, score, nearness in zip(rows, scores, near, strict=True)
    ]


def means(rows: Sequence[Row]) -> Means:
    """What all texts of one language have in common says nothing of any of them."""
    found = {}
    for language in {row[1] for row in rows}:
        kept = [vector for _uri, spoken, vector in rows if spoken == language]
        if len(kept) >= ENOUGH_FOR_A_MEAN:
            found[language] = unpacked(kept)[1].mean(axis=0)
    return found


def _less(vectors: Vectors, centre: Vectors | None) -> Vectors:
    if centre is None:
        return vectors
    found = vectors - centre
    lengths = numpy.linalg.norm(found, axis=1, keepdims=True)
    numpy.divide(found, lengths, out=found, where=lengths > 0)
    return found
