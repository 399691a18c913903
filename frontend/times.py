"""Dates as people read them: GOV.UK manner in English, everyday manner in Italian."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import get_timezone_location
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, ngettext

MINUTE, HOUR, DAY = 60, 3600, 86_400  # seconds


def zone(name: str | dt.tzinfo | None) -> dt.tzinfo:
    """The named time zone, or the reader's own when the name is empty or unknown."""
    if isinstance(name, dt.tzinfo):
        return name
    try:
        return ZoneInfo(name) if name else timezone.get_current_timezone()
    except (ZoneInfoNotFoundError, ValueError):
        return timezone.get_current_timezone()


def zone_words(tz: dt.tzinfo) -> str:
    """“London time” or “ora di Londra”; “UTC” where a zone is no place."""
    name = str(tz)
    if "/" not in name or name.startswith("Etc/"):
        return name
    city = get_timezone_location(name, locale=_babel_locale(), return_city=True)
    return gettext("%(city)s time") % {"city": city}


def day_words(day: dt.date, *, weekday: bool = False, year: bool = True) -> str:
    """“1 September 2026”, “1º settembre 2026”; with `weekday`, “Tuesday 1 September 2026”."""
    if _language() == "it":
        number = "1º" if day.day == 1 else str(day.day)
        words = f"{number} {date_format(day, 'F')}".lower()
        words = f"{date_format(day, 'l').lower()} {words}" if weekday else words
    else:
        words = date_format(day, "l j F" if weekday else "j F")
    return f"{words} {day.year}" if year else words


def clock_words(moment: dt.datetime) -> str:
    """“2:30pm”, “midday”; in Italian “14:30”."""
    if _language() == "it":
        return f"{moment.hour}:{moment.minute:02}"
    if moment.minute == 0 and moment.hour in (0, 12):
        return "midday" if moment.hour else "midnight"
    minutes = f":{moment.minute:02}" if moment.minute else ""
    return f"{moment.hour % 12 or 12}{minutes}{'am' if moment.hour < 12 else 'pm'}"


def hours_words(start: dt.datetime, end: dt.datetime | None = None) -> str:
    """“from 2:30pm to 4pm”: the hours of one day. Both must already be in the zone to show."""
    if end is None or end <= start:
        return clock_words(start)
    return gettext("from %(start)s to %(end)s") % {"start": clock_words(start), "end": clock_words(end)}


def when_words(start: dt.datetime, end: dt.datetime | None = None, *, weekday: bool = False) -> str:
    """A moment or a stretch of time without its zone. Both must already be in the zone to show."""
    if end is None or end <= start:
        return _day_and_clock(start, weekday)
    if end.date() == start.date():
        values = {
            "day": day_words(start.date(), weekday=weekday),
            "start": clock_words(start),
            "end": clock_words(end),
        }
        return gettext("%(day)s, %(start)s to %(end)s") % values
    values = {"start": _day_and_clock(start, weekday), "end": _day_and_clock(end, weekday)}
    return gettext("%(start)s to %(end)s") % values


def days_words(start: dt.date, end: dt.date | None = None, *, weekday: bool = False) -> str:
    """A day or a stretch of whole days."""
    if end is None or end <= start:
        return day_words(start, weekday=weekday)
    same_year = start.year == end.year
    values = {
        "start": day_words(start, weekday=weekday, year=not same_year),
        "end": day_words(end, weekday=weekday),
    }
    return gettext("%(start)s to %(end)s") % values


def ago_words(moment: dt.datetime, now: dt.datetime | None = None) -> str:
    """“3 minutes ago”, “yesterday”; the date itself once a week has passed or when it lies ahead."""
    now = now or timezone.now()
    seconds = int((now - moment).total_seconds())
    if -MINUTE < seconds < MINUTE:
        return gettext("just now")
    if seconds < 0 or seconds >= 7 * DAY:
        return day_words(timezone.localtime(moment).date())
    if seconds < HOUR:
        count = seconds // MINUTE
        return ngettext("%(count)s minute ago", "%(count)s minutes ago", count) % {"count": count}
    if seconds < DAY:
        count = seconds // HOUR
        return ngettext("%(count)s hour ago", "%(count)s hours ago", count) % {"count": count}
    if seconds < 2 * DAY:
        return gettext("yesterday")
    count = seconds // DAY
    return ngettext("%(count)s day ago", "%(count)s days ago", count) % {"count": count}


def language_name(code: str) -> str:
    """The name of a language in the reader's language: “Italian”, “italiano”. The code itself if unknown."""
    try:
        return Locale.parse(code, sep="-").get_display_name(_babel_locale()) or code
    except (ValueError, LookupError, UnknownLocaleError):
        return code


def _day_and_clock(moment: dt.datetime, weekday: bool) -> str:
    values = {"day": day_words(moment.date(), weekday=weekday), "clock": clock_words(moment)}
    return gettext("%(day)s, %(clock)s") % values


def _language() -> str:
    return (get_language() or "en")[:2]


def _babel_locale() -> str:
    return _language()
