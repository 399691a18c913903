"""`python -m tests.proofs._calendars FOLDER EVERY`: a node of its own that brings every calendar of a folder."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import sys
import time
import warnings
from collections import Counter
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import django
import yaml
from django.core.management import CommandError, call_command

STARTS = re.compile(rb"^DTSTART[^:\r\n]*:([0-9]{4})([0-9]{2})([0-9]{2})", re.MULTILINE)
LONDON = ZoneInfo("Europe/London")
DAYS = 366
SLOWEST = 12.0  # seconds a malformed one may take, starting a process included
MAPPING: dict[str, Any] = {
    "title": "A calendar", "kind": "gathering", "format": "ics", "time_zone": "Europe/London", "same_id": "join",
    "source": {"name": "A calendar", "licence": "of its own"},
}  # fmt: skip


class Proving:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[str] = []
        self.counts: Counter[str] = Counter()

    def bring(self, path: Path, register: str, start: dt.date) -> dict[str, int]:
        mapping = self.folder / "mapping.yaml"
        mapping.write_text(yaml.safe_dump(MAPPING | {"register": register}))
        said = io.StringIO()
        call_command(
            "bring", "gatherings", str(path), f"--mapping={mapping}", f"--from={start}", f"--days={DAYS}", "--yes",
            "--json", stdout=said,
        )  # fmt: skip
        found: dict[str, int] = json.loads(said.getvalue())
        return found

    def good(self, path: Path, register: str) -> None:
        start = first_day(path.read_bytes())
        try:
            counts = self.bring(path, register, start)
        except CommandError as refused:
            self.faults.append(f"{path.name} was refused: {refused}")
            return
        self.counts["files"] += 1
        self.counts["dates"] += counts["taken"]
        self.counts["events refused"] += counts["refused"]
        wanted = from_the_library(path.read_bytes(), start)
        if wanted is None:
            self.counts["files the library cannot read"] += 1
            return
        got = taken(register)
        if got != wanted:
            missing, more = list((wanted - got).elements()), list((got - wanted).elements())
            if len(missing) > counts["refused"] + counts["joined"] or more:
                self.faults.append(f"{path.name}: missing {missing[:3]}, more {more[:3]}, report {counts}")

    def malformed(self, path: Path, register: str) -> None:
        started = time.monotonic()
        try:
            counts = self.bring(path, register, first_day(path.read_bytes()))
            self.counts["malformed in part" if counts["taken"] else "malformed without dates"] += 1
        except CommandError:
            self.counts["malformed refused"] += 1
        if (took := time.monotonic() - started) > SLOWEST:
            self.faults.append(f"{path.name} took {took:.0f} s")

    def read_back(self) -> None:
        """Our own calendar files of everything listed, year by year, into another register."""
        from events.calendars import calendar_of
        from events.models import Gathering

        listed = Gathering.objects.filter(withdrawn_at=None).order_by("starts")
        for year in sorted({each.year for each in listed.values_list("starts", flat=True)}):
            first = dt.date(year, 1, 1)
            ours = list(listed.exclude(register="again").filter(starts__year=year)[:4000])
            path = self.folder / "ours.ics"
            path.write_bytes(calendar_of(ours))
            self.bring(path, "again", first)
            again = {each.register_id: each for each in Gathering.objects.filter(register="again", starts__year=year)}
            for each in ours:
                self.counts["read back"] += 1
                held = again.get(each.uri)
                if held is None or facts(held) != facts(each) or held.external_url != each.uri:
                    self.faults.append(f"{facts(each)} came back as {held and facts(held)}")


def first_day(raw: bytes) -> dt.date:
    """The first day of the newest year in the file, so that what repeats has begun."""
    years = [int(year) for year, _month, _day in STARTS.findall(raw) if 1970 <= int(year) < 2100]
    return dt.date(max(years, default=2024), 1, 1)


def from_the_library(raw: bytes, start: dt.date) -> Counter[Any] | None:
    """Start and end of every date, in UTC; None where recurring-ical-events gives up on the file.

    The calendars of one file are read as one: an event may stand in two of them, and its newest SEQUENCE counts.
    """
    import icalendar
    import recurring_ical_events

    icalendar.use_zoneinfo()  # else the time zones of one file would be known to the next
    found: Counter[Any] = Counter()
    try:
        whole, *others = icalendar.Calendar.from_ical(raw, multiple=True)
        for component in (each for calendar in others for each in calendar.subcomponents):
            whole.add_component(component)
        for event in recurring_ical_events.of(whole).between(start, start + dt.timedelta(days=DAYS)):
            starts, ends = event["DTSTART"].dt, event["DTEND"].dt
            if not isinstance(ends, dt.datetime):
                ends = dt.datetime.combine(max(starts, ends - dt.timedelta(days=1)), dt.time(23, 59))
            found[moment(starts), moment(ends)] += 1
    except Exception:  # noqa: BLE001  # whatever it raises, there is nothing to compare with
        return None
    return found


def moment(said: dt.date) -> str:
    at = said if isinstance(said, dt.datetime) else dt.datetime.combine(said, dt.time())
    return (at if at.tzinfo else at.replace(tzinfo=LONDON)).astimezone(dt.UTC).replace(microsecond=0).isoformat()


def taken(register: str) -> Counter[Any]:
    from events.models import Gathering

    rows = Gathering.objects.filter(register=register).values_list("starts", "ends")
    return Counter((moment(starts), moment(ends)) for starts, ends in rows)


def facts(row: Any) -> tuple[Any, ...]:
    where = ", ".join(part for part in (row.place, row.address) if part)
    return row.title, row.starts, row.ends, row.time_zone, where, row.lat, row.lon


def main() -> None:
    warnings.simplefilter("ignore")
    data, every = Path(sys.argv[1]), int(sys.argv[2])
    django.setup()
    from django.conf import settings

    from atlas import vocabulary

    call_command("migrate", verbosity=0, interactive=False)
    vocabulary.load()
    proving = Proving(Path(settings.DATA_DIR))
    for number, path in enumerate(sorted((data / "ok").rglob("*.ics"))[::every]):
        proving.good(path, f"ok-{number}")
    for number, path in enumerate(sorted((data / "malformed").rglob("*.ics"))[::every]):
        proving.malformed(path, f"malformed-{number}")
    proving.read_back()
    figure = ", ".join(f"{count} {name}" for name, count in proving.counts.items())
    print(json.dumps({"figure": figure, "faults": proving.faults}))


if __name__ == "__main__":
    main()
