"""Squares of the map as whole numbers, so that any database can count what lies in each.

A cell is the Morton (Z-order) number of a point in the Web Mercator square, BITS for each direction: x and y
bit by bit, x in the lower of each pair. The cell of a coarser grid is the same number shifted right.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from atlas.fieldtypes import Box

BITS = 24  # 2.4 m at the equator
CLUSTERS_PER_TILE = 2  # bits: 2 makes 4 × 4 squares of 64 pixels in a map tile of 256
FURTHEST_NORTH = 85.05112878  # degrees, where the Web Mercator square ends
_SIDE = 1 << BITS


def cell_of(lat: float, lon: float) -> int:
    """The finest cell that holds a point. WGS 84 degrees; beyond the ends of the map, the nearest one."""
    return _spread(_across(lon)) | _spread(_down(lat)) << 1


def shift_for(zoom: int) -> int:
    """How many bits to the right turn a cell into that of the cluster grid of a map zoom level (0–22)."""
    return 2 * max(0, BITS - CLUSTERS_PER_TILE - min(max(zoom, 0), 22))


def touches(square: int, shift: int, box: Box) -> bool:
    """Whether a square, a cell shifted right by `shift`, and a part of the map have anything in common."""
    bits = shift // 2
    across, down = _gathered(square), _gathered(square >> 1)
    north, south = _down(box.north) >> bits, _down(box.south) >> bits
    west, east = _across(box.west) >> bits, _across(box.east) >> bits
    inside = west <= across <= east if box.west <= box.east else across >= west or across <= east
    return inside and north <= down <= south


def _across(lon: float) -> int:
    return _step((lon + 180) / 360)


def _down(lat: float) -> int:
    lat = min(max(lat, -FURTHEST_NORTH), FURTHEST_NORTH)
    return _step((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2)


def _gathered(number: int) -> int:
    """Every second bit, the first being the lowest: what `_spread` made into one of a pair."""
    return sum((number >> 2 * place & 1) << place for place in range(BITS))


def _step(share: float) -> int:
    return min(max(int(share * _SIDE), 0), _SIDE - 1)


def _spread(number: int) -> int:
    """A zero between each two bits (Morton's "part by one")."""
    number &= 0xFFFFFFFF
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF),
        (8, 0x00FF00FF00FF00FF),
        (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    ):
        number = (number | number << shift) & mask
    return number
