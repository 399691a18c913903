"""The cast of the funding calls' tests: as for gatherings, Alice leads Tenants of Camden, Bob is a member."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from federation.models import Actor
from funding.actions import publish_call
from funding.models import Call
from tests.gatherings import HOUSING, NEXT_YEAR, Camden

COHOUSING = "urn:flotilla:topic:cohousing"
CLOSES = dt.datetime(NEXT_YEAR, 7, 15, 16, 0, tzinfo=dt.UTC)  # 5pm in London

FORM: dict[str, Any] = {
    "title": "Small steps grants",
    "plain_summary": "For something you can **finish** in six months.\r\n\r\nA leaflet, a garden.",
    "giver": "Lantern Yard Fund",
    "giver_uri": "https://lantern-yard.example/",
    "who_can_apply": "Groups of at least three people.",
    "minimum": "300",
    "maximum": "2,000",
    "total": "40.000,50",
    "currency": "GBP",
    "opens_at": f"{NEXT_YEAR}-01-10T09:00",
    "closes_at": f"{NEXT_YEAR}-07-15T17:00",
    "time_zone": "Europe/London",
    "how_to_apply": "Six questions.",
    "application_url": "https://lantern-yard.example/apply",
    "effort_hours": "2",
    "topics": [HOUSING],
    "area": "London",
    "lat": "",
    "lon": "",
    "language": "en",
    "audience": "everyone",
}


class Funders(Camden):
    """Camden's people, and what they know of money."""

    def form(self, **changed: Any) -> dict[str, Any]:
        """What the browser sends for a call made known by the group; None leaves a field out."""
        sent = FORM | {"speaker": self.group.public_id} | changed
        return {name: value for name, value in sent.items() if value is not None}

    def call(self, *, author: Actor | None = None, **fields: Any) -> Call:
        """A call that is open and closes in July next year."""
        known: dict[str, Any] = {
            "title": "Small steps grants",
            "plain_summary": "For something you can **finish** in six months.",
            "language": "en",
            "giver": "Lantern Yard Fund",
            "who_can_apply": "Groups of at least three people.",
            "minimum": Decimal(300),
            "maximum": Decimal(2000),
            "total": Decimal(40000),
            "currency": "GBP",
            "closes_at": CLOSES,
            "time_zone": "Europe/London",
            "topics": [HOUSING],
            "area": "London",
        }
        return publish_call(author or self.alice, self.group.actor, **(known | fields))
