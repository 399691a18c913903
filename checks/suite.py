"""`./run test [PART]`: the tests, part by part, and one closing line for all of them.

The quick part runs on two processes. The others start nodes, browsers and services of their own, so they run
one test at a time. Words after the part go to pytest: `./run test quick -k withdrawal`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from checks import ROOT

TESTS_FAILED = 1
NOTHING_COLLECTED = 5


@dataclass(frozen=True)
class Part:
    markers: str
    options: tuple[str, ...] = ()
    required_by: str = ""


PARTS = {
    "quick": Part("not live and not browser and not production and not proof", ("-n", "2")),
    "live": Part("live and not browser and not production and not proof"),
    "browser": Part("browser and not production and not proof", required_by="REQUIRE_BROWSER"),
    "production": Part("production and not proof", required_by="REQUIRE_PRODUCTION"),
}


@dataclass
class Tally:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, report: Path) -> None:
        """Count the tests of a JUnit report. A run that broke down may have written none."""
        if not report.exists():
            return
        for case in ElementTree.parse(report).iter("testcase"):
            if case.find("failure") is not None or case.find("error") is not None:
                self.failed += 1
            elif case.find("skipped") is not None:
                self.skipped += 1
            else:
                self.passed += 1

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed" + (f", {self.skipped} skipped" if self.skipped else "")


def run(name: str, arguments: list[str], tally: Tally) -> bool:
    """Run one part; returns whether it held. A required part that has no test at all has not held."""
    part = PARTS[name]
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="flotilla-suite-") as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-rs", "-m", part.markers, *part.options]
        command += [f"--junitxml={report}", *arguments]
        print(f"--- {name}", flush=True)
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
        required = bool(part.required_by) and os.environ.get(part.required_by) == "1"
        empty = code == NOTHING_COLLECTED and not required
        if not empty:
            failures = tally.failed
            tally.add(report)
            broke_down = code not in {0, TESTS_FAILED} and tally.failed == failures  # killed ones say less than zero
            tally.failed += broke_down
    print(f"--- {name}: {time.monotonic() - started:.0f} s", flush=True)
    return code == 0 or empty


def main(arguments: list[str]) -> int:
    chosen = arguments[0] if arguments and not arguments[0].startswith("-") else "all"
    rest = arguments[1:] if arguments and arguments[0] == chosen else arguments
    if chosen != "all" and chosen not in PARTS:
        print(f"There is no part called {chosen!r}. There are: {', '.join([*PARTS, 'all'])}.", file=sys.stderr)
        return 2
    started = time.monotonic()
    tally = Tally()
    held = [run(name, rest, tally) for name in (PARTS if chosen == "all" else [chosen])]
    print(f"tests took {time.monotonic() - started:.0f} s")
    print(tally)
    return 0 if all(held) and not tally.failed and tally.passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
