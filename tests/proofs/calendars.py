"""Calendars of other programs are listed date by date, broken ones survived, and our own read back equal.

Every file of a collection that the libraries of iCalendar test themselves with is brought to a node: of the good ones
each date is compared, with its end, with what recurring-ical-events gives for the same days; the malformed ones have to
be refused or listed in part, in seconds. Then all that was listed is written as our own calendar files and brought
again under another name: title, start, end, zone, place and address must be equal. The quick form takes every fifth.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile

from checks import ROOT
from tests.proofs import Proof

NAME = "calendars"

DATA = ROOT.parent / "shared" / "data" / "calendars"
SECONDS = 1800.0


def main(quick: bool) -> Proof:
    if not DATA.is_dir():
        return Proof(f"nothing to read: {DATA} is not there", held=True)
    with tempfile.TemporaryDirectory(prefix="flotilla-calendars-") as folder:
        environment = {"DATA_DIR": folder, "DEBUG": "1", "TIME_ZONE": "Europe/London", "LOG_LEVEL": "ERROR"}
        environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
        done = subprocess.run(
            [sys.executable, "-m", "tests.proofs._calendars", str(DATA), "5" if quick else "1"],
            cwd=ROOT,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
    if done.returncode:
        print(done.stderr[-3000:])
        return Proof("it broke", held=False)
    found = json.loads(done.stdout.splitlines()[-1])
    for fault in found["faults"]:
        print(f"DIFFERS: {fault}")
    return Proof(found["figure"], held=not found["faults"])
