"""When something that is lent is free: from what is held here, or from what its own node says of it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils import timezone

from cop.lending.slots import DAY, HOUR, is_within, last_moment_of, merged, midnight
from cop.models import Proposal, ReservedSlot
from federation.values import write_instant
from frontend import times

if TYPE_CHECKING:
    from cop.lending.slots import Stretch

WEEKS = 8  # that the page shows
MOST_TOLD = 200  # stretches


@dataclass(frozen=True)
class Day:
    """One day of the calendar: how many copies are free all day; `taken` names the hours in which none is."""

    date: dt.date
    free: int
    taken: tuple[str, ...] = ()
    is_past: bool = False
    is_out: bool = False  # before the first or after the last day of the offer

    @property
    def is_shut(self) -> bool:
        return self.is_past or self.is_out


@dataclass
class Week:
    days: list[Day] = field(default_factory=list)

    @property
    def first(self) -> dt.date:
        return self.days[0].date


def taken_of(offer: Proposal, now: dt.datetime) -> list[Stretch]:
    """When none is left, merged, from now on. One query for an offer of ours, none for another."""
    if not offer.is_ours:
        return told(offer)
    counts = _counts(offer, now - DAY * 2)
    full = [slot for slot, number in counts.items() if number >= (offer.how_many or 1)]
    found = merged((slot, last_moment_of(offer, slot)) for slot in full)
    return [each for each in found if each[1] > now]


def told(offer: Proposal) -> list[Stretch]:
    """What the document of an offer says."""
    return merged((dt.datetime.fromisoformat(starts), dt.datetime.fromisoformat(ends)) for starts, ends in offer.taken)


def to_keep(stretches: list[Stretch]) -> list[list[str]]:
    """As the column of an offer holds them."""
    return [[write_instant(starts), write_instant(ends)] for starts, ends in stretches[:MOST_TOLD]]


def weeks_of(offer: Proposal) -> list[Week]:
    """This week and the next seven, on the calendar of the offer's own zone. At most one query."""
    now = timezone.now()
    today = now.astimezone(offer.zone).date()
    monday = today - dt.timedelta(days=today.weekday())
    counts = _counts(offer, midnight(monday, offer.zone) - DAY) if offer.is_ours else Counter()
    stretches = [] if offer.is_ours else told(offer)
    weeks = []
    for week in range(WEEKS):
        dates = [monday + dt.timedelta(days=week * 7 + each) for each in range(7)]
        weeks.append(Week([_day(offer, each, today, counts, stretches) for each in dates]))
    return weeks


def _counts(offer: Proposal, since: dt.datetime) -> Counter[dt.datetime]:
    held = ReservedSlot.objects.filter(offer=offer, slot__gte=since).values_list("slot", flat=True)
    return Counter(held)


def _day(offer: Proposal, date: dt.date, today: dt.date, counts: Counter[dt.datetime], stretches: list[Stretch]) -> Day:
    begins, over = midnight(date, offer.zone), midnight(date + DAY, offer.zone)
    is_out = bool((offer.starts and over <= offer.starts) or (offer.until and begins >= offer.until))
    most = offer.how_many or 1

    def left(slot: dt.datetime) -> int:
        if stretches:
            return 0 if is_within(slot, stretches) else most
        return max(0, most - counts[slot])

    if offer.lent_by == Proposal.LentBy.DAY:
        return Day(date, left(begins), is_past=date < today, is_out=is_out)
    hours = [begins + each * HOUR for each in range(int((over - begins) / HOUR))]
    full = merged((hour, hour + HOUR) for hour in hours if left(hour) == 0)
    words = tuple(_hours_words(each, offer.zone) for each in full)
    free = 0 if full == [(begins, over)] else min(map(left, hours)) or most
    return Day(date, free, words, is_past=date < today, is_out=is_out)


def _hours_words(stretch: Stretch, zone: dt.tzinfo) -> str:
    starts, ends = (each.astimezone(zone) for each in stretch)
    return times.hours_words(starts, ends)
