"""Lists for pages, with all that their page shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from funding.models import Call

if TYPE_CHECKING:
    from collections.abc import Iterable

    from atlas.models import Card, CardQuerySet

MOST_IN_CALENDAR = 1000


def with_calls(found: Iterable[Card]) -> list[Card]:
    """The cards of a page, each with its `call`; None where it was withdrawn this moment. One query."""
    listed = list(found)
    calls = Call.objects.with_status().filter(uri__in=[card.uri for card in listed], withdrawn_at__isnull=True)
    by_uri = {call.uri: call for call in calls}
    for card in listed:
        card.call = by_uri.get(card.uri)
    return listed


def deadlines_of(found: CardQuerySet) -> QuerySet[Call]:
    """The calls of some cards that have a closing date, soonest first, for a calendar file."""
    calls = Call.objects.filter(uri__in=found.order_by().values("uri"), withdrawn_at__isnull=True)
    return calls.exclude(closes_at=None).select_related("actor").order_by("closes_at", "pk")[:MOST_IN_CALENDAR]
