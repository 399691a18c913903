"""One sheet of paper for a notice board: what takes place in the next seven days and, where there is room, what people
need and offer. What hangs on a wall is public, so it is made of what any visitor may see."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

import segno
from django.db.models import Q
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from atlas import layers
from atlas.filters import CardFilter
from atlas.models import Card
from atlas.queries import CALLED_OFF
from frontend import times

if TYPE_CHECKING:
    from collections.abc import Iterable

    from atlas.models import CardQuerySet

DAYS = 7
LINES = 40  # of text between head and foot of an A4 sheet
DAY_LINES = 2  # the name of a day with the room around it
TITLE_LETTERS = 64  # that fit on one line; of a longer title two lines are printed
MOST_READ = 60  # cards looked at for a sheet: more never fit
ASKED_LINES = 3  # a need or an offer: at most two lines of title, and whom it comes from
MOST_ASKED = 4  # needs, and as many offers beside them
MOST_ADDRESS = 350  # letters that a code of three centimetres holds so that a cheap phone still reads it


class WeekFilter(CardFilter):
    """What a sheet can be narrowed to: the week is given, and needs and offers stand below the dates."""

    kind = support = exchange = since = until = bbox = layer = near = None  # type: ignore[assignment]  # how django-filter takes one away

    def _offer(self, name: str, everything: Any, choices: list[Any], accepted: Any = None) -> None:
        if name in self.filters:
            super()._offer(name, everything, choices, accepted)


@dataclass(frozen=True)
class Date:
    """One line of the sheet: at what time, and until which day where that is a later one."""

    card: Card
    day: dt.date
    clock: str
    until: dt.date | None

    @property
    def lines(self) -> int:
        return _title_lines(self.card) + 1


@dataclass(frozen=True)
class Day:
    day: dt.date
    dates: list[Date]


@dataclass
class Sheet:
    """Everything on the paper. `left_out` is how many dates of the week found no room."""

    first: dt.date
    last: dt.date
    days: list[Day] = field(default_factory=list)
    left_out: int = 0
    needs: list[Card] = field(default_factory=list)
    offers: list[Card] = field(default_factory=list)


def sheet(found: CardQuerySet, lines: int = LINES) -> Sheet:
    """The sheet of this week. Nine queries at most, however much there is."""
    today = timezone.localdate()
    made = Sheet(today, today + dt.timedelta(days=DAYS - 1))
    over = timezone.make_aware(dt.datetime.combine(today + dt.timedelta(days=DAYS), dt.time()))
    coming = layers.to_come(found, layers.POPULAR).filter(starts__lt=over)
    dates = [_date(card, today) for card in coming.soonest_first().select_related("node")[:MOST_READ]]
    fitting, lines = _fitting(sorted(dates, key=lambda date: date.day), lines)
    made.days = [Day(day, list(of_day)) for day, of_day in groupby(fitting, key=lambda date: date.day)]
    made.left_out = (coming.count() if len(dates) == MOST_READ else len(dates)) - len(fitting)
    most = min(MOST_ASKED, max(0, lines - DAY_LINES) // ASKED_LINES)
    if most:
        made.needs, made.offers = (list(_open(found, direction)[:most]) for direction in ("need", "offer"))
    return made


def code(address: str) -> SafeString:
    """A QR code of the address as an SVG element, black on white in every light; empty where it would be too fine."""
    if len(address) > MOST_ADDRESS:
        return SafeString("")
    made = segno.make(address, error="m", micro=False)
    return mark_safe(made.svg_inline(omitsize=True, svgclass="qr-code", lineclass=None, dark="#000", light="#fff"))


def _date(card: Card, today: dt.date) -> Date:
    """What began before today stands under today, with the day it lasts until."""
    assert card.starts is not None
    starts = timezone.localtime(card.starts)
    ends = timezone.localtime(card.ends) if card.ends else None
    until = ends.date() if ends and ends.date() > max(starts.date(), today) else None
    if starts.date() < today:
        return Date(card, today, "", until or today)
    return Date(card, starts.date(), times.hours_words(starts, None if until else ends), until)


def _fitting(dates: Iterable[Date], lines: int) -> tuple[list[Date], int]:
    """As many from the beginning as find room, and the lines that are left."""
    fitting: list[Date] = []
    for date in dates:
        needs = date.lines + (0 if fitting and fitting[-1].day == date.day else DAY_LINES)
        if needs > lines - 1:  # the last line says that there is more
            return fitting, 0
        fitting.append(date)
        lines -= needs
    return fitting, lines


def _title_lines(card: Card) -> int:
    return min(2, math.ceil(len(card.title) / TITLE_LETTERS))


def _open(found: CardQuerySet, direction: str) -> CardQuerySet:
    """The newest that still hold."""
    holds = Q(ends__isnull=True) | Q(ends__gte=timezone.now())
    still = found.filter(holds, direction=direction).exclude(state__in=(*CALLED_OFF, Card.State.CLOSED))
    return still.newest_first().select_related("node")
