"""Closing dates as calendar files (RFC 5545, RFC 7986), for one call and for a filtered list."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import icalendar
from django.utils.translation import get_language, gettext

from atlas.calendars import LONGEST_DESCRIPTION, new_calendar, new_event
from atlas.models import Topic
from atlas.timezones import at_the_place, timezones_of
from federation import audiences
from federation.values import tidy
from frontend import shell
from frontend.text import plain, render_markdown
from funding import money, queries
from funding.models import Call

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from atlas.filters import CardFilter

LOOK_AGAIN = dt.timedelta(hours=12)  # how often a calendar that subscribes should ask


def calendar_of(calls: Iterable[Call], *, name: str = "") -> bytes:
    """A calendar with one entry for each closing date. Calls without one are left out. One query for the topics."""
    calendar = new_calendar(name)
    if name:
        calendar.add("REFRESH-INTERVAL", LOOK_AGAIN, parameters={"VALUE": "DURATION"})
    closing = [call for call in calls if call.closes_at is not None]
    labels = _labels(closing)
    for zone in timezones_of(at_the_place(call.closes_at, call.zone) for call in closing):
        calendar.add_component(zone)
    for call in closing:
        calendar.add_component(deadline_of(call, labels))
    return bytes(calendar.to_ical())


def calendar_of_list(found: CardFilter) -> bytes:
    """The closing dates of a filtered list, over all its pages, to subscribe to."""
    name = gettext("Funding calls on %(node)s") % {"node": shell.node_name()}
    return calendar_of(queries.deadlines_of(found.qs), name=name)


def deadline_of(call: Call, labels: Mapping[str, str]) -> icalendar.Event:
    """One VEVENT at the moment a call closes, which takes up no time.

    No ORGANIZER: nobody is invited, and RFC 5545 section 3.8.4.3 forbids it then.
    """
    assert call.closes_at is not None
    event = new_event(call, f"{call.uri}#deadline")
    event.add("SUMMARY", tidy(gettext("Closes: %(title)s") % {"title": call.title}))
    event.add("DESCRIPTION", _description(call))
    event.add("DTSTART", at_the_place(call.closes_at, call.zone))
    event.add("STATUS", "CONFIRMED")
    event.add("TRANSP", "TRANSPARENT")
    event.add("CLASS", "PUBLIC" if call.audience == audiences.PUBLIC else "PRIVATE")
    event.add("URL", call.uri)
    if call.area:
        event.add("LOCATION", tidy(call.area))
    if call.lat is not None and call.lon is not None:
        event.add("GEO", (call.lat, call.lon))
    categories = [labels[iri] for iri in call.topics if iri in labels]
    if categories:
        event.add("CATEGORIES", categories)
    return event


def _description(call: Call) -> str:
    """What matters when the reminder comes: how much, for whom, and where to apply."""
    parts = [
        call.giver,
        money.offered_in_one_line(call),
        plain(render_markdown(call.plain_summary), LONGEST_DESCRIPTION),
        plain(render_markdown(call.who_can_apply), LONGEST_DESCRIPTION),
        call.application_url or call.uri,
    ]
    return tidy("\n\n".join(part for part in parts if part), lines=True)


def _labels(calls: Iterable[Call]) -> dict[str, str]:
    iris = {iri for call in calls for iri in call.topics}
    language = get_language() or "en"
    return {topic.iri: topic.label(language) for topic in Topic.objects.filter(iri__in=iris)} if iris else {}
