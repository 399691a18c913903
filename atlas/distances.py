"""How far it is from where somebody starts: on a sphere, as the crow flies."""

from __future__ import annotations

import math
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _

EARTH = 6_371_000  # metres, its mean radius
STEP = 50  # metres, the finest that is told: nobody's point is more exact
FAR = 950  # metres, from which kilometres are told
FINE = 10_000  # metres, up to which tenths of a kilometre are told


def metres(lat: float, lon: float, to_lat: float, to_lon: float) -> float:
    """Between two points in degrees (haversine)."""
    down, along = math.radians(to_lat - lat), math.radians(to_lon - lon)
    half = math.sin(down / 2) ** 2
    half += math.cos(math.radians(lat)) * math.cos(math.radians(to_lat)) * math.sin(along / 2) ** 2
    return 2 * EARTH * math.asin(math.sqrt(half))


@dataclass(frozen=True)
class Distance:
    """How far something is, as a value of its own: “1.2 km”; within reach of a walk “km 0 · 400 m”."""

    metres: float

    @property
    def is_near(self) -> bool:
        return self.metres < FAR

    @property
    def words(self) -> str:
        if self.is_near:
            return _("km 0 · %(metres)s m") % {"metres": _rounded(self.metres)}
        step = 100 if self.metres < FINE else 1000  # as fine as it is told, since what is left over would be cut off
        return _("%(kilometres)s km") % {"kilometres": _kilometres(round(self.metres / step) * step)}


def in_words(distance: float) -> str:
    """“about 300 m away”, “about 2.4 km away”, in the reader's language."""
    if distance < FAR:
        return _("about %(metres)s m away") % {"metres": _rounded(distance)}
    return _("about %(kilometres)s km away") % {"kilometres": _kilometres(distance)}


def between_in_words(distance: float) -> str:
    """“about 300 m from each other”, in the reader's language."""
    if distance < FAR:
        return _("about %(metres)s m from each other") % {"metres": _rounded(distance)}
    return _("about %(kilometres)s km from each other") % {"kilometres": _kilometres(distance)}


def _rounded(distance: float) -> int:
    return max(STEP, round(distance / STEP) * STEP)


def _kilometres(distance: float) -> str:
    return str(number_format(distance / 1000, decimal_pos=1 if distance < FINE else 0))
