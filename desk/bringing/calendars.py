"""Reading a calendar file (RFC 5545): each date of each event is a row, worked out in a process with limits."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import zones
from desk.bringing.records import BadRecord
from desk.bringing.report import BadFile, too_large

if TYPE_CHECKING:
    from pathlib import Path

    from desk.bringing.report import Report

LARGEST_FILE = 10_000_000  # bytes
MOST_SECONDS = 9.0  # on the clock; `expand` has fewer of the processor
MOST_DAYS = 366
FIELDS = {
    "external_id", "title", "summary", "kind", "starts", "ends", "time_zone", "state", "place", "address",
    "online_url", "url", "lat", "lon",
}  # fmt: skip
KINDS = ("lab", "master-class", "popular-event", "festival", "meeting", "action")
LONGEST_ID = 200  # characters


@dataclass(frozen=True)
class Window:
    """The days whose dates are taken: from `start`, `days` of them."""

    start: dt.date
    days: int = 365

    @property
    def stop(self) -> dt.date:
        return self.start + dt.timedelta(days=self.days)

    @classmethod
    def from_today(cls) -> Window:
        return cls(timezone.localdate())


def rows_of(path: Path, window: Window, title: str, report: Report) -> Iterator[tuple[int, dict[str, str] | BadRecord]]:
    """Every date in the window, with the number of its event in the file; one without a title of its own is called by
    its description, or as a last resort `title`. Raises BadFile."""
    raw = _read(path)
    for line in _expanded(path, raw, window).splitlines():
        said = json.loads(line)
        if "broken" in said:
            wrong = _("expected a calendar (RFC 5545): %(broken)s") % {"broken": said["broken"]}
            raise BadFile(f"{path.name}: {wrong}")
        number: int = said["number"]
        if "refused" in said:
            yield number, BadRecord(*said["refused"])
        elif "cut" in said:
            uid, beyond, kept = said["cut"]
            report.cut_value(
                number,
                "dates",
                uid,
                _("%(kept)s dates were taken, %(beyond)s more in these days were not")
                % {"kept": kept, "beyond": beyond},
            )
        else:
            for name, why in said["without"]:
                report.leave_out_value(number, name, "", why)
            yield number, _row(said["row"], title)


def _read(path: Path) -> bytes:
    try:
        if not path.is_file():
            path.stat()
            raise BadFile(f"{path}: expected a file")
        if (size := path.stat().st_size) > LARGEST_FILE:
            raise BadFile(f"{path.name}: {too_large(LARGEST_FILE, size)}")
        return path.read_bytes()
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror}") from error


def _expanded(path: Path, raw: bytes, window: Window) -> str:
    command = [sys.executable, "-m", "desk.bringing.expand", window.start.isoformat(), window.stop.isoformat()]
    try:
        done = subprocess.run(
            command, input=raw, capture_output=True, check=False, timeout=MOST_SECONDS, cwd=settings.BASE_DIR, env={}
        )
    except subprocess.TimeoutExpired:
        wrong = _("its dates take too long to work out (more than %(most)d s)") % {"most": MOST_SECONDS}
        raise BadFile(f"{path.name}: {wrong}") from None
    if done.returncode:
        wrong = _("its dates cannot be worked out: they ask for too much time or memory")
        raise BadFile(f"{path.name}: {wrong}")
    return done.stdout.decode()


def _row(said: dict[str, Any], title: str) -> dict[str, str]:
    """The kind after its first category that is one of ours; a name too long for a column as its beginning and hash."""
    row = {str(name): str(value) for name, value in said.items()}
    words = [each.lower().replace(" ", "-") for each in row["categories"].split(";")]
    row["title"] = row["title"].strip() or row["summary"].strip().partition("\n")[0] or title
    row["kind"] = next((each for each in words if each in KINDS), "")
    if row["time_zone"] not in zones.known():
        row["time_zone"] = ""
    row["external_id"] = _short(row["external_id"])
    return row


def _short(identifier: str) -> str:
    """Calendars of some programs have names of a thousand characters."""
    tidy = " ".join(identifier.split())
    if len(tidy) <= LONGEST_ID:
        return tidy
    return f"{tidy[:130]}…{hashlib.sha256(tidy.encode()).hexdigest()[:40]}"
