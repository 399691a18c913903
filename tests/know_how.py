"""The cast of the know-how tests: as for calls, Alice leads Tenants of Camden, Bob is a member, Charlie is nobody."""

from __future__ import annotations

import datetime as dt
from typing import Any

from federation.models import Actor
from knowledge.actions import publish_page
from knowledge.models import Page
from tests.calls import Funders
from tests.gatherings import HOUSING

BODY = (
    "## Before you answer\n\nRead the **whole** letter.\n\n## Answer\n\n1. Write back within 14 days.\n2. Keep a copy."
)

PAGE: dict[str, Any] = {
    "kind": "know-how",
    "title": "Answer a notice to leave",
    "short_answer": "You have time: do not move out before a court says so.",
    "body": BODY.replace("\n", "\r\n"),
    "jurisdiction": "England",
    "licence": "CC-BY-SA-4.0",
    "checked_on": "2026-10-01",
    "checked_by": "A housing solicitor",
    "adapted_from": "https://law-centre.example/leaflet",
    "topics": [HOUSING],
    "language": "en",
    "audience": "everyone",
}


class Writers(Funders):
    """Camden's people, and what they know."""

    def page_form(self, **changed: Any) -> dict[str, Any]:
        """What the browser sends for a page of the group; None leaves a field out."""
        sent = PAGE | {"speaker": self.group.public_id} | changed
        return {name: value for name, value in sent.items() if value is not None}

    def page(self, *, author: Actor | None = None, speaker: Actor | None = None, **fields: Any) -> Page:
        known: dict[str, Any] = {
            "title": "Answer a notice to leave",
            "short_answer": "You have time: do not move out before a court says so.",
            "body": BODY,
            "jurisdiction": "England",
            "checked_on": dt.date(2026, 10, 1),
            "checked_by": "A housing solicitor",
            "topics": [HOUSING],
            "language": "en",
        }
        return publish_page(author or self.alice, speaker or self.group.actor, **(known | fields))
