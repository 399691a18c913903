"""The smallest map of streets there can be: the world and its quarters, which all are land, in a PMTiles file.

Written after the specification of PMTiles, version 3, and of Mapbox Vector Tiles, version 2.1.
"""

from __future__ import annotations

import struct

VECTOR, PICTURES = 1, 2
UNCOMPRESSED = 1
HEADER_BYTES = 127


def a_map(kind: int = VECTOR) -> bytes:
    tile = _message(3, _message(1, b"earth") + _message(2, _land()) + _number(5, 4096) + _number(15, 2))
    # One entry: the first five tiles are the same; its length, its offset + 1.
    directory = bytes([1, 0, 5]) + _varint(len(tile)) + bytes([1])
    metadata = b"{}"
    at = HEADER_BYTES + len(directory)
    places = (HEADER_BYTES, len(directory), at, len(metadata), 0, 0, at + len(metadata), len(tile), 5, 1, 1)
    settings = (1, UNCOMPRESSED, UNCOMPRESSED, kind, 0, 1, -1_800_000_000, -850_000_000, 1_800_000_000, 850_000_000)
    header = b"PMTiles\x03" + struct.pack("<11Q6B4i", *places, *settings) + struct.pack("<Bii", 0, 0, 0)
    assert len(header) == HEADER_BYTES, len(header)
    return header + directory + metadata + tile


def _land() -> bytes:
    """A feature: a square as large as the tile."""
    far = 2 * 4096  # zigzag
    square = [9, 0, 0, 26, far, 0, 0, far, far - 1, 0, 15]
    return _number(3, 3) + _message(4, b"".join(_varint(number) for number in square))


def _message(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 127:
        parts.append(value & 127 | 128)
        value >>= 7
    return bytes([*parts, value])
