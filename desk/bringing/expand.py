"""`python -m desk.bringing.expand START STOP < FILE.ics`: every date of a calendar between two days, as lines of JSON.

A process of its own, without Django: a few bytes of a calendar can ask for years of work, and whoever reads one from a
stranger ends the process when it has had its seconds. It writes to its standard output and nowhere else.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import resource
import sys
import warnings
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import icalendar
import recurring_ical_events
import x_wr_timezone

MOST_SECONDS = 8  # of processor time
MOST_MEMORY = 768_000_000  # bytes of address space
MOST_OF_A_RULE = 366
MOST_IN_ALL = 5000
MOST_COMPONENTS = 20_000
MOST_A_DAY = 24
LONGEST_TEXT = 20_000  # characters
Json = dict[str, Any]
_BREAKING = re.compile(
    rb"^BEGIN:VTIMEZONE\r?$.*?^END:VTIMEZONE\r?\n|^[A-Z-]+;[^\r\n]*BASE64[^\r\n]*\r?\n(?:[ \t][^\n]*\n)*",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
# Whatever a broken property makes the libraries raise: the event is refused, the others are read on.
BROKEN = (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, ArithmeticError, AssertionError)


def expand(raw: bytes, start: dt.date, stop: dt.date) -> Iterator[Json]:
    """One object a date: `number` of the event in the file and `row`, or `refused`; raises ValueError for no calendar.

    What was left out of a row is in `without`, and a rule that goes on beyond what we take is told as `cut`.
    """
    given = 0
    warnings.simplefilter("ignore")  # guesses at the names of time zones
    for number, uid, events in _series(raw):
        try:
            found, beyond = _dates(events, start, stop, MOST_IN_ALL - given)
        except BROKEN as error:
            yield {"number": number, "refused": ["event", uid, f"expected an event as RFC 5545 has it: {error!s:.200}"]}
            continue
        errors = [[str(name), str(why)[:200]] for event in events for name, why in event.errors]
        for each in found:
            yield {"number": number, "row": each, "without": errors}
            errors = []
        given += len(found)
        if beyond:
            yield {"number": number, "cut": [uid, beyond, len(found)]}


def _series(raw: bytes) -> Iterator[tuple[int, str, list[Any]]]:
    """The events of each UID, with the number of the first; those without a UID stand alone."""
    numbers: dict[str, int] = {}
    held: defaultdict[str, list[Any]] = defaultdict(list)
    number = 0
    for component in _components(raw):
        for event in component.walk("VEVENT"):
            number += 1
            if number > MOST_COMPONENTS:
                raise ValueError(f"expected at most {MOST_COMPONENTS} events")
            uid = str(event.get("UID", "")).strip() or f"\0{number}"
            numbers.setdefault(uid, number)
            held[uid].append(event)
    for uid, events in held.items():
        yield numbers[uid], uid.partition("\0")[0], events


def _components(raw: bytes) -> list[Any]:
    """What the file is made of; where a time zone of its own or a picture in it breaks the whole, without those."""
    try:
        found = icalendar.Component.from_ical(raw, multiple=True)
    except BROKEN:
        found = icalendar.Component.from_ical(_BREAKING.sub(b"", raw), multiple=True)
    if not any(component.name == "VCALENDAR" or component.walk("VEVENT") for component in found):
        raise ValueError("there is no VCALENDAR in it")
    return [x_wr_timezone.to_standard(each) if each.name == "VCALENDAR" else each for each in found]


def _mend(event: Any) -> None:
    """Without what cannot be read, so that the rest can: told in `without`. Of two starts, the first counts."""
    for name in {str(name) for name, _why in event.errors}:
        event.pop(name, None)
    for name in ("DTSTART", "DTEND", "DURATION"):
        if isinstance(event.get(name), list):
            event.errors.append((name, f"it stands there {len(event[name])} times; the first was taken"))
            event[name] = event[name][0]


def _dates(events: list[Any], start: dt.date, stop: dt.date, room: int) -> tuple[list[Json], int]:
    """The dates of one series and how many there are beyond the most we take. Raises what the libraries raise."""
    for event in events:
        _mend(event)
        if event.get("DTSTART") is None:
            raise ValueError("it has no start that can be read (DTSTART)")
        for rule in _rules(event):
            _check(rule)
    calendar = icalendar.Calendar()
    for event in events:
        calendar.add_component(event)
    found = recurring_ical_events.of(calendar).between(start, stop)
    repeats = len(events) > 1 or any(name in event for event in events for name in ("RRULE", "RDATE", "RECURRENCE-ID"))
    most = min(MOST_OF_A_RULE if repeats else len(found), room)
    found.sort(key=lambda each: str(each["DTSTART"].to_ical()))
    return [_row(each, repeats) for each in found[:most]], max(0, len(found) - most)


def _rules(event: Any) -> list[Any]:
    said = event.get("RRULE") or []
    return said if isinstance(said, list) else [said]


def _check(rule: Any) -> None:
    """No civic event takes place every minute: a rule that says so would be millions of dates."""
    a_day = 24 if "HOURLY" in rule.get("FREQ", []) else 1
    for name in ("BYHOUR", "BYMINUTE", "BYSECOND"):
        a_day *= max(1, len(rule.get(name, [])))
    if {"SECONDLY", "MINUTELY"} & set(rule.get("FREQ", [])) or a_day > MOST_A_DAY:
        raise ValueError(f"its rule repeats more than {MOST_A_DAY} times a day")


def _row(event: Any, repeats: bool) -> Json:
    starts, ends = event["DTSTART"].dt, event["DTEND"].dt if "DTEND" in event else event["DTSTART"].dt
    place, address, online = _where(_text(event, "LOCATION"))
    row = {
        "external_id": _identifier(event, repeats),
        "title": _text(event, "SUMMARY"),
        "summary": _text(event, "DESCRIPTION"),
        "starts": starts.isoformat(),
        "ends": _end(starts, ends),
        "time_zone": _zone(starts),
        "state": {"TENTATIVE": "tentative", "CANCELLED": "cancelled"}.get(_text(event, "STATUS").upper(), "scheduled"),
        "place": place,
        "address": address,
        "online_url": online,
        "url": _text(event, "URL"),
        "categories": ";".join(_categories(event)),
    }
    geo = event.get("GEO")
    if geo is not None and hasattr(geo, "latitude"):
        row |= {"lat": str(geo.latitude), "lon": str(geo.longitude)}
    return {name: value[:LONGEST_TEXT] for name, value in row.items()}


def _identifier(event: Any, repeats: bool) -> str:
    """An event that happens once keeps its name when it is moved; one date of many is named by its own instant."""
    uid = _text(event, "UID").strip()
    at = event.get("RECURRENCE-ID", event["DTSTART"]).dt
    if uid and not repeats:
        return uid
    if isinstance(at, dt.datetime) and at.tzinfo is not None:
        at = at.astimezone(dt.UTC)
    stamp = at.isoformat().replace("-", "").replace(":", "").replace("+0000", "Z")
    return f"{uid or _text(event, 'SUMMARY')}/{stamp}"


def _end(starts: dt.date, ends: dt.date) -> str:
    """An all-day event ends before the day that DTEND names."""
    if not isinstance(ends, dt.datetime) and ends > starts:
        ends -= dt.timedelta(days=1)
    return ends.isoformat()


def _zone(starts: dt.date) -> str:
    zone = starts.tzinfo if isinstance(starts, dt.datetime) else None
    if zone is None:
        return ""
    return "UTC" if zone is dt.UTC else str(getattr(zone, "key", ""))


def _where(said: str) -> tuple[str, str, str]:
    """Name, address and link of `Town Hall, 1 High Street, https://meet.example`; the first comma ends the name."""
    parts = [part.strip() for part in said.replace("\n", ", ").split(", ")]
    online = next((part for part in parts if part.startswith(("https://", "http://"))), "")
    place, _, address = ", ".join(part for part in parts if part and part != online).partition(", ")
    return place, address, online


def _categories(event: Any) -> list[str]:
    said = event.get("CATEGORIES") or []
    return [
        str(word) for each in (said if isinstance(said, list) else [said]) for word in getattr(each, "cats", [each])
    ]


def _text(event: Any, name: str) -> str:
    said = event.get(name)
    return str(said[0] if isinstance(said, list) and said else said or "")


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    start, stop = (dt.date.fromisoformat(said) for said in sys.argv[1:3])
    try:
        for each in expand(sys.stdin.buffer.read(), start, stop):
            sys.stdout.write(json.dumps(each) + "\n")
    except BROKEN as error:
        sys.stdout.write(json.dumps({"broken": f"{error!s:.300}"}) + "\n")
    except (MemoryError, RecursionError) as error:
        sys.stdout.write(json.dumps({"broken": f"it asks for too much: {type(error).__name__}"}) + "\n")


if __name__ == "__main__":
    main()
