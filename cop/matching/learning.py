"""What the vectors of texts have to do with situations, learnt from the phrases of the situations themselves.

A ridge regression, so one system of linear equations: about ten seconds of one core the first time, then kept in a file
of the data folder under the name of the words and the embedder it was learnt from.
"""

from __future__ import annotations

import logging
import os
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy
from django.conf import settings

from atlas.embedding.embedder import embedder, embedder_name
from cop.matching.situations import LANGUAGES, fingerprint, situations

if TYPE_CHECKING:
    from atlas.embedding.embedder import Vectors

log = logging.getLogger(__name__)

RIDGE = 100.0  # how much simpler weights are wanted than exact ones
AT_ONCE = 500  # phrases


@dataclass(frozen=True)
class Learnt:
    """`weights` turn a vector, less `centre`, into how near it is to each situation."""

    centre: Vectors
    weights: Vectors

    def nearness(self, vector: Vectors) -> Vectors:
        """One number for each situation, none below zero."""
        found: Vectors = numpy.maximum((vector - self.centre) @ self.weights, 0)
        return found


def name() -> str:
    """What a reading was worked out from."""
    return f"{embedder_name()} {fingerprint()}"


@lru_cache(maxsize=1)
def learnt() -> Learnt:
    """From the file, or learnt now. Two processes that learn at once write the same."""
    path = Path(settings.DATA_DIR) / f"situations-{embedder_name()}-{fingerprint()}.npz"
    try:
        with numpy.load(path, allow_pickle=False) as held:
            return Learnt(held["centre"], held["weights"])
    except (OSError, KeyError, ValueError):
        found = _learn()
    _keep(path, centre=found.centre, weights=found.weights)
    return found


def _learn() -> Learnt:
    labelled = [
        (number, phrase)
        for number, situation in enumerate(situations())
        for language in LANGUAGES
        for phrase in situation.phrases[language]
    ]
    parts = [labelled[start : start + AT_ONCE] for start in range(0, len(labelled), AT_ONCE)]
    texts = numpy.concatenate([embedder().encode([phrase for _number, phrase in part]) for part in parts])
    centre = texts.mean(axis=0)
    texts = texts - centre
    many = len(situations())
    wanted = numpy.full((len(labelled), many), -1 / many, dtype=numpy.float32)
    wanted[numpy.arange(len(labelled)), [number for number, _phrase in labelled]] += 1
    squares = texts.T @ texts + RIDGE * numpy.eye(texts.shape[1], dtype=numpy.float32)
    weights = numpy.linalg.solve(squares, texts.T @ wanted).astype(numpy.float32)
    log.info("learnt %s situations from %s phrases", many, len(labelled))
    return Learnt(centre, weights)


def _keep(path: Path, **arrays: Any) -> None:
    """Whole or not at all. Where it cannot be kept it is learnt again next time."""
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".npz", delete=False) as file:
            numpy.savez_compressed(file, **arrays)
        os.replace(file.name, path)
    except OSError as error:
        log.warning("what was learnt could not be kept in %s: %s", path, error)
