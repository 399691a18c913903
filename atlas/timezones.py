"""Moments in calendar files, on the clock of a place, and the VTIMEZONE components that these need.

The components say exactly what the IANA database says, for the years in which a file reads the clock: icalendar 7.3
writes the onset of summer time as the clock shows it afterwards, while RFC 5545 §3.6.5 wants the time before the change
(`TZOFFSETFROM`), so that its files are an hour late on that night.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

import icalendar

if TYPE_CHECKING:
    from collections.abc import Iterable

DAY = dt.timedelta(days=1)
SECOND = dt.timedelta(seconds=1)


class Rule(NamedTuple):
    """What the clocks show from an onset on; both offsets from UTC."""

    name: str
    before: dt.timedelta
    after: dt.timedelta
    is_summer_time: bool


class Onset(NamedTuple):
    """A moment on the clock before the change, naive, and what holds from then on."""

    at: dt.datetime
    rule: Rule


def at_the_place(moment: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """Wall time with its zone, so that the file stays right when the rules for summer time change.

    In the hour that comes twice, a wall time means the first one (RFC 5545 §3.3.5): the second is written in UTC.
    """
    local = moment.astimezone(zone).replace(microsecond=0)
    return in_utc(moment) if local.fold else local


def in_utc(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC).replace(microsecond=0)


def timezones_of(written: Iterable[dt.datetime]) -> list[icalendar.Timezone]:
    """The zones of moments from `at_the_place`, each once; UTC needs none."""
    years: dict[str, set[int]] = {}
    for moment in written:
        if isinstance(moment.tzinfo, ZoneInfo) and moment.tzinfo.key != "UTC":
            years.setdefault(moment.tzinfo.key, set()).add(moment.year)
    return [timezone_of(name, within) for name, within in years.items()]


def timezone_of(name: str, years: Iterable[int]) -> icalendar.Timezone:
    """The zone called `name`, right for every moment of these years (as the zone itself counts years)."""
    by_rule: dict[Rule, list[dt.datetime]] = {}
    for year in sorted(set(years)):
        for onset in _onsets(name, year):
            by_rule.setdefault(onset.rule, []).append(onset.at)
    component = icalendar.Timezone()
    component.add("TZID", name)
    for rule, moments in by_rule.items():
        component.add_component(_observance(rule, moments))
    return component


def _observance(rule: Rule, moments: list[dt.datetime]) -> icalendar.cal.Component:
    part = icalendar.TimezoneDaylight() if rule.is_summer_time else icalendar.TimezoneStandard()
    part.add("DTSTART", moments[0])
    if moments[1:]:
        part.add("RDATE", moments[1:])
    part.add("TZNAME", rule.name)
    part.add("TZOFFSETFROM", rule.before)
    part.add("TZOFFSETTO", rule.after)
    return part


@lru_cache(maxsize=2000)
def _onsets(name: str, year: int) -> tuple[Onset, ...]:
    """What holds when the year begins, and every change in it."""
    zone = ZoneInfo(name)
    begins = dt.datetime(year, 1, 1, tzinfo=zone).astimezone(dt.UTC)
    ends = dt.datetime(year + 1, 1, 1, tzinfo=zone).astimezone(dt.UTC)
    found = [_onset(zone, begins, _offset(zone, begins))]
    day = begins
    while day < ends:
        next_day = min(day + DAY, ends)
        if _state(zone, day) != _state(zone, next_day):
            change = _first_second_of(zone, day, next_day)
            if change < ends:
                found.append(_onset(zone, change, _offset(zone, change - SECOND)))
        day = next_day
    return tuple(found)


def _first_second_of(zone: ZoneInfo, before: dt.datetime, after: dt.datetime) -> dt.datetime:
    """When the state of `after` began, known to be within a day of `before`."""
    wanted = _state(zone, after)
    while after - before > SECOND:
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if _state(zone, middle) == wanted:
            after = middle
        else:
            before = middle
    return after


def _onset(zone: ZoneInfo, moment: dt.datetime, before: dt.timedelta) -> Onset:
    local = moment.astimezone(zone)
    rule = Rule(local.tzname() or "", before, _offset(zone, moment), bool(local.dst()))
    return Onset((moment + before).replace(tzinfo=None), rule)


def _offset(zone: ZoneInfo, moment: dt.datetime) -> dt.timedelta:
    return moment.astimezone(zone).utcoffset() or dt.timedelta()


def _state(zone: ZoneInfo, moment: dt.datetime) -> tuple[dt.timedelta, str | None]:
    local = moment.astimezone(zone)
    return local.utcoffset() or dt.timedelta(), local.tzname()
