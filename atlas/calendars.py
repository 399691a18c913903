"""What calendar files (RFC 5545) of every kind share: their head, and how a thing is named and dated in them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import icalendar
from django.conf import settings
from django.utils.translation import gettext as _

from atlas.models import Card
from atlas.timezones import in_utc
from federation.values import tidy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from federation.models import Published

MEDIA_TYPE = "text/calendar; charset=utf-8"
LONGEST_DESCRIPTION = 4000  # characters
STATUS: dict[str, str] = {
    Card.State.CANCELLED: "CANCELLED",
    Card.State.TENTATIVE: "TENTATIVE",
    Card.State.POSTPONED: "TENTATIVE",
}
LONGEST_BUSY = dt.timedelta(days=7)  # nobody is busy for as long as a call is open
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


def calendar_of_cards(cards: Iterable[Card], *, name: str) -> bytes:
    """Things of any kind that have a date, as the atlas knows them: moments in UTC. The others are left out."""
    calendar = new_calendar(name)
    for card in cards:
        if card.starts or card.ends:
            calendar.add_component(_event_of(card))
    return bytes(calendar.to_ical())


def _event_of(card: Card) -> icalendar.Event:
    event = icalendar.Event()
    event.add("UID", card.uri)
    event.add("DTSTAMP", in_utc(card.updated))
    event.add("LAST-MODIFIED", in_utc(card.updated))
    event.add("URL", f"{settings.ORIGIN}{card.url}")
    event.add("STATUS", STATUS.get(card.state, "CONFIRMED"))
    if card.starts:
        event.add("SUMMARY", tidy(card.title))
        event.add("DTSTART", in_utc(card.starts))
        if card.ends and card.ends > card.starts:
            event.add("DTEND", in_utc(card.ends))
            if card.ends - card.starts > LONGEST_BUSY:
                event.add("TRANSP", "TRANSPARENT")
    elif card.ends:
        # An end alone is a moment to remember, which takes up no time.
        event.add("SUMMARY", tidy(_("Until: %(title)s") % {"title": card.title}))
        event.add("DTSTART", in_utc(card.ends))
        event.add("TRANSP", "TRANSPARENT")
    if card.area:
        event.add("LOCATION", tidy(card.area))
    if card.lat is not None and card.lon is not None:
        event.add("GEO", (card.lat, card.lon))
    if card.summary:
        event.add("DESCRIPTION", tidy(card.summary, lines=True))
    return event
