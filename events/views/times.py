"""The hours of a gathering for one reader: at the place, and on the reader's own clock where that shows another."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

if TYPE_CHECKING:
    from django.http import HttpRequest

    from events.models import Gathering


@dataclass(frozen=True)
class Times:
    """`place` is the zone to write the hours in; `mine` the reader's, or None where it would say the same."""

    place: dt.tzinfo
    mine: dt.tzinfo | None


def times_for(request: HttpRequest, gathering: Gathering) -> Times:
    """Only somebody signed in has told us where they are. Where the place told no zone, the reader's own serves."""
    mine = timezone.get_current_timezone() if request.user.is_authenticated else None
    if not gathering.time_zone:
        return Times(mine or dt.UTC, None)
    moments = [moment for moment in (gathering.starts, gathering.ends) if moment is not None]
    differs = mine is not None and any(
        moment.astimezone(mine).utcoffset() != moment.astimezone(gathering.zone).utcoffset() for moment in moments
    )
    return Times(gathering.zone, mine if differs else None)
