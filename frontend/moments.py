"""`<time>` elements: the machine's instant in the attribute, people's words inside."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from frontend import times

EMPTY = SafeString("")


def when_html(moment: Any, tz: Any = None, until: Any = None, weekday: bool = False) -> SafeString:
    """A date, an instant or a stretch of either. The zone is written whenever an hour is."""
    if moment is None or moment == "":
        return EMPTY
    if isinstance(moment, str):
        return format_html("{}", moment)
    if not isinstance(moment, dt.datetime):
        words = times.days_words(moment, until, weekday=weekday)
        return format_html('<time datetime="{}">{}</time>', moment.isoformat(), words)
    shown_in = times.zone(tz)
    start = _aware(moment).astimezone(shown_in)
    end = _aware(until).astimezone(shown_in) if isinstance(until, dt.datetime) else None
    return format_html(
        '<time datetime="{}">{}</time> <span class="zone">({})</span>',
        start.isoformat(),
        times.when_words(start, end, weekday=weekday),
        times.zone_words(shown_in),
    )


def day_html(moment: dt.datetime | None, weekday: bool = False) -> SafeString:
    """The day that an instant falls on where the reader is, without the hour."""
    return EMPTY if moment is None else when_html(timezone.localtime(_aware(moment)).date(), weekday=weekday)


def ago_html(moment: dt.datetime | None) -> SafeString:
    if moment is None:
        return EMPTY
    local = timezone.localtime(_aware(moment))
    title = f"{times.when_words(local)} ({times.zone_words(times.zone(None))})"
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), title, times.ago_words(local))


def _aware(moment: dt.datetime) -> dt.datetime:
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
