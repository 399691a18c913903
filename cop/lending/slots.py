"""The days and hours of what is lent, in its own time zone. A slot is known by the instant at which it begins."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from typing import TYPE_CHECKING

from cop.models import Proposal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Stretch = tuple[dt.datetime, dt.datetime]

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
LONGEST_DAY = dt.timedelta(hours=26)  # where clocks go back, with room to spare


class NotWhole(ValueError):
    """Something else than whole days, or whole hours, of the offer's own zone."""


def midnight(day: dt.date, zone: dt.tzinfo) -> dt.datetime:
    """The instant at which a day begins somewhere."""
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)


def most_time(offer: Proposal) -> dt.timedelta:
    """What is certainly longer than the longest that can be asked for, whatever clocks do."""
    by_day = offer.lent_by == Proposal.LentBy.DAY
    return (offer.longest or 0) * (LONGEST_DAY if by_day else HOUR)


def slots_between(offer: Proposal, starts: dt.datetime, ends: dt.datetime) -> list[dt.datetime]:
    """Every day or hour from `starts` to `ends`; the caller has seen that it is no longer than `most_time`.

    Raises NotWhole.
    """
    if offer.lent_by == Proposal.LentBy.DAY:
        return _days(offer.zone, starts, ends)
    return _hours(offer.zone, starts, ends)


def _days(zone: dt.tzinfo, starts: dt.datetime, ends: dt.datetime) -> list[dt.datetime]:
    first, after = starts.astimezone(zone).date(), ends.astimezone(zone).date()
    if midnight(first, zone) != starts or midnight(after, zone) != ends:
        raise NotWhole
    return [midnight(first + each * DAY, zone) for each in range((after - first).days)]


def _hours(zone: dt.tzinfo, starts: dt.datetime, ends: dt.datetime) -> list[dt.datetime]:
    """Whole by the clocks of the place, where not every zone is whole hours from UTC."""
    for each in (starts.astimezone(zone), ends.astimezone(zone)):
        if (each.minute, each.second, each.microsecond) != (0, 0, 0):
            raise NotWhole
    count, rest = divmod(ends - starts, HOUR)
    if rest:
        raise NotWhole
    return [starts.astimezone(dt.UTC) + each * HOUR for each in range(count)]


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same in order, with those that touch as one."""
    found: list[Stretch] = []
    for starts, ends in sorted(stretches):
        if found and starts <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((starts, ends))
    return found


def is_within(moment: dt.datetime, stretches: Sequence[Stretch]) -> bool:
    """Whether a moment lies in one of some merged stretches."""
    at = bisect_right(stretches, moment, key=lambda each: each[0]) - 1
    return at >= 0 and moment < stretches[at][1]


def last_moment_of(offer: Proposal, slot: dt.datetime) -> dt.datetime:
    """When the day or hour that begins at `slot` is over."""
    if offer.lent_by == Proposal.LentBy.DAY:
        return midnight(slot.astimezone(offer.zone).date() + DAY, offer.zone)
    return slot + HOUR
