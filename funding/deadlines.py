"""Closing dates in words: on the call's own clock, on the reader's, and how long there is left."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext, ngettext

from frontend import times

MINUTE, HOUR, DAY = 60, 3600, 86_400  # seconds


def in_words(moment: dt.datetime, zone: str) -> str:
    """“17 December 2026, 5pm (London time)”: what the clocks in an IANA zone show."""
    there = ZoneInfo(zone)
    words = {"moment": times.when_words(moment.astimezone(there)), "zone": times.zone_words(there)}
    return gettext("%(moment)s (%(zone)s)") % words


def time_left(moment: dt.datetime, zone: str) -> str:
    """“in 12 days”, “tomorrow”, “in 3 hours”; empty once it is past. Days are those of the zone's calendar."""
    now, there = timezone.now(), ZoneInfo(zone)
    seconds = int((moment - now).total_seconds())
    if moment <= now:
        return ""
    if seconds < HOUR:
        minutes = max(1, seconds // MINUTE)
        return ngettext("in %(count)s minute", "in %(count)s minutes", minutes) % {"count": minutes}
    if seconds < DAY:
        return ngettext("in %(count)s hour", "in %(count)s hours", seconds // HOUR) % {"count": seconds // HOUR}
    days = (moment.astimezone(there).date() - now.astimezone(there).date()).days
    if days == 1:
        return gettext("tomorrow")
    return ngettext("in %(count)s day", "in %(count)s days", days) % {"count": days}


def for_reader(moment: dt.datetime, zone: str) -> str:
    """The same moment on the reader's clock; empty where that shows the same, or where it is only UTC."""
    own = timezone.get_current_timezone()
    local = moment.astimezone(own)
    if str(own) == "UTC" or local.utcoffset() == moment.astimezone(ZoneInfo(zone)).utcoffset():
        return ""
    return f"{times.when_words(local)} ({times.zone_words(own)})"
