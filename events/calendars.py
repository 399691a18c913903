"""Gatherings as calendar files (RFC 5545), for one and for a filtered list."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import icalendar
from django.conf import settings

from events.models import Gathering
from events.timezones import timezone_of
from frontend.text import plain, render_markdown

if TYPE_CHECKING:
    from collections.abc import Iterable

MEDIA_TYPE = "text/calendar; charset=utf-8"
LONGEST_DESCRIPTION = 4000  # characters
STATUS = {
    Gathering.State.TENTATIVE: "TENTATIVE",
    Gathering.State.POSTPONED: "TENTATIVE",
    Gathering.State.CANCELLED: "CANCELLED",
}
HIGHEST_SEQUENCE = 2**31 - 1


def calendar_of(gatherings: Iterable[Gathering], *, name: str = "") -> bytes:
    """A calendar with the time zones it uses. Gatherings without a date are left out."""
    calendar = icalendar.Calendar()
    calendar.add("PRODID", f"-//Flotilla//{settings.ORIGIN}//EN")
    calendar.add("VERSION", "2.0")
    if name:
        calendar.add("NAME", name)
        calendar.add("X-WR-CALNAME", name)
    dated = [gathering for gathering in gatherings if gathering.starts is not None]
    for zone, years in _years_by_zone(dated).items():
        calendar.add_component(timezone_of(zone, years))
    for gathering in dated:
        calendar.add_component(event_of(gathering))
    return bytes(calendar.to_ical())


def _years_by_zone(gatherings: Iterable[Gathering]) -> dict[str, set[int]]:
    """The zones that are not simply UTC, each with the years in which its clock is read."""
    found: dict[str, set[int]] = {}
    for gathering in gatherings:
        if isinstance(gathering.zone, ZoneInfo) and gathering.zone.key != "UTC":
            moments = [moment for moment in (gathering.starts, gathering.ends) if moment is not None]
            found.setdefault(gathering.zone.key, set()).update(
                moment.astimezone(gathering.zone).year for moment in moments
            )
    return found


def event_of(gathering: Gathering) -> icalendar.Event:
    """One VEVENT. UID is the address and SEQUENCE the number of changes, so that a newer file replaces an older one."""
    assert gathering.starts is not None
    event = icalendar.Event()
    event.add("UID", gathering.uri)
    event.add("DTSTAMP", _utc(gathering.updated_at))
    event.add("CREATED", _utc(gathering.published_at))
    event.add("LAST-MODIFIED", _utc(gathering.updated_at))
    event.add("SEQUENCE", min(gathering.version - 1, HIGHEST_SEQUENCE))
    event.add("SUMMARY", gathering.title)
    event.add("DTSTART", _at_the_place(gathering.starts, gathering))
    if gathering.ends is not None and gathering.ends > gathering.starts:
        event.add("DTEND", _at_the_place(gathering.ends, gathering))
    event.add("STATUS", STATUS.get(Gathering.State(gathering.state), "CONFIRMED"))
    event.add("URL", gathering.uri)
    event.add("CATEGORIES", [gathering.kind.replace("-", " ").upper()])
    _add_words(event, gathering)
    return event


def _add_words(event: icalendar.Event, gathering: Gathering) -> None:
    where = [gathering.place, gathering.address] if gathering.is_face_to_face else []
    where += [gathering.online_url] if gathering.online_url else []
    location = ", ".join(part for part in where if part) or gathering.area
    if location:
        event.add("LOCATION", location)
    if gathering.is_face_to_face and gathering.lat is not None and gathering.lon is not None:
        event.add("GEO", (gathering.lat, gathering.lon))
    description = plain(render_markdown(gathering.summary), LONGEST_DESCRIPTION)
    if description:
        event.add("DESCRIPTION", description)


def _at_the_place(moment: dt.datetime, gathering: Gathering) -> dt.datetime:
    """Wall time with its zone, so that the file stays right when the rules for summer time change.

    In the hour that comes twice, a wall time means the first one (RFC 5545 §3.3.5): the second is written in UTC.
    """
    local = moment.astimezone(gathering.zone).replace(microsecond=0)
    return _utc(moment) if local.fold else local


def _utc(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC).replace(microsecond=0)
