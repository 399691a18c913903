"""What came of matches: hours that were given, and what others may see."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum

from cop.models import Commitment, Match
from cop.models.matched import MOST_SHOWN
from cop.models.matches import NEED, OFFER

Json = dict[str, Any]


def hours_left(uri: str, budget: Decimal | None) -> Decimal | None:
    """Of the hours to give with the offer or expertise at `uri`, those that no match has taken yet. One query."""
    if budget is None:
        return None
    given = Commitment.objects.filter(match__offer_uri=uri, side=OFFER).aggregate(hours=Sum("hours"))["hours"]
    return max(Decimal(0), budget - (given or 0))


def shown_of(uri: str) -> list[Json]:
    """The finished matches of a thing that both sides show, newest first. Two queries."""
    rows = Match.objects.filter(Q(need_uri=uri) | Q(offer_uri=uri), state__in=(Match.State.DONE, Match.State.THANKED))
    silent = Commitment.objects.filter(may_show=False).values("match")
    rows = rows.exclude(pk__in=silent).prefetch_related("commitments__actor").order_by("-moved_at", "-pk")
    found = []
    for match in rows[:MOST_SHOWN]:
        other = OFFER if match.need_uri == uri else NEED
        who = next(each.actor.name for each in match.commitments.all() if each.side == other)
        there = {NEED: (match.need_uri, match.need_title), OFFER: (match.offer_uri, match.offer_title)}[other]
        found.append({"uri": there[0], "title": there[1] or match.title, "who": who[:120]})
    return found
