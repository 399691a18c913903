"""Vectors as they are kept: one signed byte for each dimension, which is a quarter of the room and as near as makes no
difference to which lies closest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from atlas.embedding.embedder import Vectors

LARGEST = 127


def packed(vector: Any) -> bytes:
    """The direction of a vector; its length is not kept. All zero stays so."""
    reach = float(numpy.abs(vector).max())
    scaled = numpy.rint(vector * (LARGEST / reach)) if reach else numpy.zeros_like(vector)
    return bytes(scaled.astype(numpy.int8).tobytes())


def unpacked(kept: Sequence[bytes], dimensions: int) -> Vectors:
    """One row of length 1 for each, in order; what has another length than `dimensions`, or is all zero, is zero."""
    whole = b"".join(bytes(each) if len(each) == dimensions else bytes(dimensions) for each in kept)
    found = numpy.frombuffer(whole, dtype=numpy.int8).reshape(-1, dimensions).astype(numpy.float32)
    lengths = numpy.linalg.norm(found, axis=1, keepdims=True)
    numpy.divide(found, lengths, out=found, where=lengths > 0)
    return found
