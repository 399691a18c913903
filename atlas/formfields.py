"""Form fields for moments, time zones, whole numbers and addresses: what they refuse, they name, with what they would
have taken."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from accounts import zones
from atlas.fieldtypes import quote

EARLIEST, LATEST = dt.datetime(1900, 1, 2), dt.datetime(2199, 12, 30)  # noqa: DTZ001  wall time, in any zone
WRITTEN = "%Y-%m-%dT%H:%M"  # as browsers send `datetime-local`
ALSO = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M")
ADDRESS_LENGTH = 500  # characters, as long as the columns that hold addresses


class WallTimeField(forms.Field):
    """A day and a clock time without a zone, which another field gives. Its value is a naive datetime."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateTimeInput({"type": "datetime-local"}, format=WRITTEN))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> dt.datetime | None:
        if value in self.empty_values:
            return None
        for written in (WRITTEN, *ALSO):
            try:
                moment = dt.datetime.strptime(str(value).strip(), written)  # noqa: DTZ007  the zone comes later
            except ValueError:
                continue
            if EARLIEST <= moment <= LATEST:
                return moment
        message = _(
            "“%(value)s” is not a day and time we can use. Write it as in 2026-12-05 18:30, years 1900 to 2199."
        )
        raise ValidationError(message, "invalid", {"value": quote(value)})


class ZoneField(forms.CharField):
    """The IANA name of a time zone, chosen from a list grouped by continent."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Time zone"))
        super().__init__(max_length=80, widget=forms.Select(choices=zones.choices()), **kwargs)

    def clean(self, value: Any) -> str:
        name: str = super().clean(value)
        if name not in zones.known():
            message = _("“%(value)s” is not a time zone we know. Choose one from the list, for example Europe/London.")
            raise ValidationError(message, "invalid", {"value": quote(name)})
        return name


class CountField(forms.IntegerField):
    """A whole number from 1 to `most`."""

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        self.most = most
        super().__init__(**kwargs)
        self.widget.attrs |= {"min": 1, "max": most}

    def clean(self, value: Any) -> int | None:
        try:
            number: int | None = super().clean(value)
        except ValidationError as error:
            if getattr(error, "code", "") == "required":
                raise
            number = 0
        if number is None or 1 <= number <= self.most:
            return number
        message = _("“%(value)s” is not a number we can use. Write a whole number from 1 to %(most)s.")
        raise ValidationError(message, "invalid", {"value": quote(value), "most": self.most})


class WebAddressField(forms.URLField):
    """An http or https address of at most 500 characters."""

    default_validators = [URLValidator(schemes=["http", "https"])]

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(max_length=ADDRESS_LENGTH, assume_scheme="https", **kwargs)

    def clean(self, value: Any) -> str:
        try:
            return str(super().clean(value))
        except ValidationError as error:
            if getattr(error, "code", "") == "required":
                raise
            message = _("“%(value)s” is not a web address we can use. Write one that starts with https://.")
            raise ValidationError(message, "invalid", {"value": quote(value)}) from None


def in_zone(moment: dt.datetime, zone: str) -> dt.datetime:
    """The instant a wall clock in `zone` shows `moment`; the first of the two when clocks go back.

    Raises ValidationError for an hour that is skipped when clocks go forward.
    """
    instant = moment.replace(tzinfo=ZoneInfo(zone))
    if instant.astimezone(dt.UTC).astimezone(instant.tzinfo).replace(tzinfo=None) != moment:
        message = _("On that day the clocks go forward and “%(value)s” is skipped. Choose an hour later.")
        raise ValidationError(message, "invalid", {"value": f"{moment:%Y-%m-%d %H:%M}"})
    return instant


def wall_time(moment: dt.datetime, zone: str) -> dt.datetime:
    """What a clock in `zone` shows at an instant: the initial value of a WallTimeField."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
