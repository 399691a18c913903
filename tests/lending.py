"""A drill and a room that Tenants of Camden lend, made by the actions people use. Days begin in London."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from cop.actions.proposals import publish_proposal
from cop.actions.reservations import reserve
from cop.models import Proposal, Reservation
from federation.models import Actor
from tests.gatherings import HOUSING, Camden

LONDON = ZoneInfo("Europe/London")


def day(number: int) -> dt.date:
    """A day as many after the one a week from now."""
    return timezone.now().astimezone(LONDON).date() + dt.timedelta(days=7 + number)


def days(first: int, last: int | None = None) -> tuple[dt.datetime, dt.datetime]:
    """From the beginning of one such day to the end of another, or of the same."""
    after = day((first if last is None else last) + 1)
    return _at(day(first), 0), _at(after, 0)


def hours(number: int, begins: int, over: int) -> tuple[dt.datetime, dt.datetime]:
    return _at(day(number), begins), _at(day(number), over)


def _at(on: dt.date, hour: int) -> dt.datetime:
    return dt.datetime.combine(on, dt.time(hour), LONDON).astimezone(dt.UTC)


class Shed(Camden):
    """Alice leads Tenants of Camden and has written both offers; Bob is a member, Charlie is nobody."""

    def __init__(self) -> None:
        super().__init__()
        self.drill = self.lent(title="Drill", how_many=1)
        self.room = self.lent(title="Corner room", support="space", lent_by="hour", longest=8, lends_to="anyone")

    def lent(self, **fields: Any) -> Proposal:
        known: dict[str, Any] = {
            "title": "Drill",
            "summary": "With a box of bits.",
            "shape": "lending",
            "support": "equipment",
            "lent_by": "day",
            "longest": 14,
            "how_many": 1,
            "lends_to": "ask",
            "terms": "Bring it back clean.",
            "time_zone": "Europe/London",
            "language": "en",
            "topics": [HOUSING],
            "area": "Camden, London",
            "lat": 51.54,
            "lon": -0.14,
        }
        return publish_proposal(self.alice, self.group.actor, Proposal.Direction.OFFER, **(known | fields))

    def reserved(
        self, offer: Proposal, stretch: tuple[dt.datetime, dt.datetime], *, by: Actor | None = None, **said: Any
    ) -> Reservation:
        return reserve(by or self.charlie, offer, *stretch, **({"name": "Charlie"} | said))
