"""What calendar files (RFC 5545) of every kind share: their head, and how a thing is named and dated in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import icalendar
from django.conf import settings

from atlas.timezones import in_utc

if TYPE_CHECKING:
    from federation.models import Published

MEDIA_TYPE = "text/calendar; charset=utf-8"
LONGEST_DESCRIPTION = 4000  # characters
HIGHEST_SEQUENCE = 2**31 - 1


def new_calendar(name: str) -> icalendar.Calendar:
    """An empty calendar; a `name` is shown where people subscribe to it."""
    calendar = icalendar.Calendar()
    calendar.add("PRODID", f"-//Flotilla//{settings.ORIGIN}//EN")
    calendar.add("VERSION", "2.0")
    if name:
        calendar.add("NAME", name)
        calendar.add("X-WR-CALNAME", name)
    return calendar


def new_event(row: Published, uid: str) -> icalendar.Event:
    """A VEVENT of a published row. SEQUENCE is the number of changes, so that a newer file replaces an older one."""
    event = icalendar.Event()
    event.add("UID", uid)
    event.add("DTSTAMP", in_utc(row.updated_at))
    event.add("CREATED", in_utc(row.published_at))
    event.add("LAST-MODIFIED", in_utc(row.updated_at))
    event.add("SEQUENCE", min(row.version - 1, HIGHEST_SEQUENCE))
    return event
