"""Form fields of the filter bar: what they refuse, they name, with what they would have taken."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2199, 12, 31)


class Box(NamedTuple):
    """A part of the map, WGS 84 degrees. It crosses the date line where west is greater than east."""

    west: float
    south: float
    east: float
    north: float


class Spot(NamedTuple):
    """A point on the map, WGS 84 degrees, to three decimals: about a hundred metres, so that an address that is kept or
    passed on says roughly where somebody was, and no more."""

    lat: float
    lon: float

    def __str__(self) -> str:
        return f"{self.lat:.3f},{self.lon:.3f}"


class ConceptField(forms.ChoiceField):
    """One of the choices; `accepted` says in words which they are."""

    def __init__(self, *, accepted: Any = "", **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)
        self.accepted = accepted

    def validate(self, value: Any) -> None:
        if value and not self.valid_value(value):
            message = _("We do not know “%(value)s”. Choose one of these: %(accepted)s.")
            raise ValidationError(message, "invalid_choice", {"value": quote(value), "accepted": self.accepted})


class DayField(forms.DateField):
    """A day, as browsers send it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("input_formats", ["%Y-%m-%d"])
        kwargs.setdefault("widget", forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> dt.date | None:
        try:
            day: dt.date | None = super().to_python(value)
        except ValidationError:
            day = None
        if value in self.empty_values or (day and EARLIEST <= day <= LATEST):
            return day
        message = _("“%(value)s” is not a day we can use. Write a day from 1900 to 2199 as in 2026-12-01.")
        raise ValidationError(message, "invalid", {"value": quote(value)})


class BoxField(forms.CharField):
    """`west,south,east,north` in degrees, as a Box."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("max_length", 120)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Box | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            box = Box(*(float(part) for part in text.split(",")))
        except (TypeError, ValueError):
            box = Box(math.nan, math.nan, math.nan, math.nan)
        if not (-90 <= box.south <= box.north <= 90 and abs(box.west) <= 540 and abs(box.east) <= 540):
            message = _(
                "“%(value)s” is not a part of the map. Write west, south, east and north in degrees, "
                "as in -0.5,51.3,0.3,51.7."
            )
            raise ValidationError(message, "invalid", {"value": quote(text)})
        if box.east - box.west >= 360:
            return Box(-180, box.south, 180, box.north)
        # Maps that were dragged around the world count on beyond 180.
        return Box(_around(box.west), box.south, _around(box.east), box.north)


class SpotField(forms.CharField):
    """`latitude,longitude` in degrees, as a Spot."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("max_length", 60)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Spot | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            lat, lon = (float(part) for part in text.split(","))
        except ValueError:
            lat = lon = math.nan
        if not (-90 <= lat <= 90 and abs(lon) <= 540):
            message = _("“%(value)s” is not a point. Write latitude and longitude in degrees, as in 51.536,-0.140.")
            raise ValidationError(message, "invalid", {"value": quote(text)})
        return Spot(round(lat, 3), round(_around(lon), 3))


def _around(lon: float) -> float:
    return lon if -180 <= lon <= 180 else (lon + 180) % 360 - 180


def quote(value: Any) -> str:
    """Short and printable, fit to stand in a message."""
    printable = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in str(value)[:200])
    return str(Truncator(printable).chars(60))
