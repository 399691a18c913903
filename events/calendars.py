"""Gatherings as calendar files (RFC 5545), for one and for a filtered list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import icalendar
from django.utils.translation import gettext as _

from atlas.calendars import LONGEST_DESCRIPTION, new_calendar, new_event
from atlas.timezones import at_the_place, timezones_of
from events import queries
from events.models import Gathering
from frontend import shell
from frontend.text import plain, render_markdown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from atlas.filters import CardFilter

STATUS = {
    Gathering.State.TENTATIVE: "TENTATIVE",
    Gathering.State.POSTPONED: "TENTATIVE",
    Gathering.State.CANCELLED: "CANCELLED",
}


def calendar_of(gatherings: Iterable[Gathering], *, name: str = "") -> bytes:
    """A calendar with the time zones it uses. Gatherings without a date are left out."""
    calendar = new_calendar(name)
    dated = [gathering for gathering in gatherings if gathering.starts is not None]
    moments = ((moment, gathering.zone) for gathering in dated for moment in (gathering.starts, gathering.ends))
    for zone in timezones_of(at_the_place(moment, zone) for moment, zone in moments if moment is not None):
        calendar.add_component(zone)
    for gathering in dated:
        calendar.add_component(event_of(gathering))
    return bytes(calendar.to_ical())


def calendar_of_list(found: CardFilter) -> bytes:
    """The gatherings of a filtered list, over all its pages, to subscribe to."""
    name = _("Gatherings on %(node)s") % {"node": shell.node_name()}
    return calendar_of(queries.behind(found.in_order()), name=name)


def event_of(gathering: Gathering) -> icalendar.Event:
    """One VEVENT. UID is the address."""
    assert gathering.starts is not None
    event = new_event(gathering, gathering.uri)
    event.add("SUMMARY", gathering.title)
    event.add("DTSTART", at_the_place(gathering.starts, gathering.zone))
    if gathering.ends is not None and gathering.ends > gathering.starts:
        event.add("DTEND", at_the_place(gathering.ends, gathering.zone))
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
