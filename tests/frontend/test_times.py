"""Dates are read by people: in their language, and with the zone wherever an hour is written."""

from __future__ import annotations

import datetime as dt

import pytest
from django.template import Context, Template
from django.utils import timezone
from django.utils.translation import override

from frontend import times

UTC = dt.UTC
NOON = dt.datetime(2026, 9, 1, 12, 0, tzinfo=UTC)


def shown(template: str, **values):
    return Template("{% load flotilla %}" + template).render(Context(values))


@pytest.mark.parametrize(
    ("hour", "minute", "words"),
    [
        (0, 0, "midnight"),
        (12, 0, "midday"),
        (9, 0, "9am"),
        (14, 30, "2:30pm"),
        (0, 5, "12:05am"),
        (12, 1, "12:01pm"),
    ],
)
def test_english_hours_are_written_the_govuk_way(hour, minute, words):
    with override("en"):
        assert times.clock_words(dt.datetime(2026, 9, 1, hour, minute, tzinfo=UTC)) == words


def test_a_date_in_italian_is_lower_case_and_the_first_is_an_ordinal():
    with override("it"):
        assert times.day_words(dt.date(2026, 9, 1), weekday=True) == "martedì 1º settembre 2026"
        assert times.day_words(dt.date(2026, 9, 2)) == "2 settembre 2026"


def test_an_hour_never_stands_without_its_zone():
    with override("en"):
        words = shown(
            '{% when at tz="Europe/London" until=end weekday=True %}', at=NOON, end=NOON + dt.timedelta(hours=2)
        )
    assert ">Tuesday 1 September 2026, 1pm to 3pm</time>" in words
    assert "(London time)" in words
    assert 'datetime="2026-09-01T13:00:00+01:00"' in words


def test_days_and_stretches_of_days():
    with override("en"):
        assert times.days_words(dt.date(2026, 9, 1), dt.date(2026, 9, 3)) == "1 September to 3 September 2026"
        assert times.days_words(dt.date(2026, 12, 30), dt.date(2027, 1, 2)) == "30 December 2026 to 2 January 2027"


def test_a_day_is_the_one_on_the_readers_calendar():
    evening = dt.datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    with override("en"), timezone.override("Europe/London"):
        assert shown("{% day at weekday=True %}", at=evening) == (
            '<time datetime="2026-07-02">Thursday 2 July 2026</time>'
        )


def test_an_unknown_zone_falls_back_to_the_readers():
    assert "UTC" in shown('{% when at tz="Mars/Olympus" %}', at=NOON)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (5, "just now"),
        (60, "1 minute ago"),
        (180, "3 minutes ago"),
        (3600, "1 hour ago"),
        (90_000, "yesterday"),
        (200_000, "2 days ago"),
        (-7200, "1 September 2026"),
        (864_000, "1 September 2026"),
    ],
)
def test_how_long_ago(seconds, words):
    with override("en"):
        assert times.ago_words(NOON, NOON + dt.timedelta(seconds=seconds)) == words


def test_nothing_is_shown_for_no_date():
    assert shown("{% when none %}{% day none %}{% ago none %}", none=None) == ""


@pytest.mark.parametrize("code", ["nan", "xx", "klingon", "", "-", "it-nowhere"])
def test_a_language_nobody_here_knows_is_told_by_its_code(code):
    """Another node may mark its words with any tag: “nan” is Min Nan Chinese, which Babel does not know."""
    assert times.language_name(code) in {code, "Italian"}
