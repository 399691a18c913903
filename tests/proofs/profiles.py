"""The same live stories pass on SQLite in one process and on PostgreSQL with web, worker and beat apart.

Whole nodes as processes, neighbours of each other, told the same stories in pytest once for each profile: embedded
(SQLite, wake-ups in memory), production (PostgreSQL, wake-ups and sockets by Redis), and production with wake-ups by
RabbitMQ. It holds when every profile told the same stories, at least one, and none failed or was skipped. The quick
form tells the stories of one file, without RabbitMQ, in both profiles at the same time.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from checks import ROOT
from tests.parts import RABBITMQ
from tests.proofs import Proof

NAME = "profiles"
ALONE = True

EVERY_STORY = "tests/federation/live"
QUICK_STORIES = "tests/federation/live/test_two_nodes.py"


@dataclass(frozen=True)
class Profile:
    """`parameter` is what pytest calls it in the names of the stories."""

    name: str
    parameter: str
    settings: dict[str, str] = field(default_factory=dict)


EMBEDDED = Profile("SQLite, one process", "embedded")
PRODUCTION = Profile("PostgreSQL, Redis, three processes", "production")
WITH_RABBITMQ = Profile("PostgreSQL, RabbitMQ, three processes", "production", {"TEST_BROKER_URL": RABBITMQ})


@dataclass(frozen=True)
class Told:
    """How the stories of a profile ended, by their names without the profile."""

    profile: Profile
    passed: frozenset[str]
    failed: frozenset[str]
    skipped: frozenset[str]
    seconds: float

    @property
    def held(self) -> bool:
        return bool(self.passed) and not self.failed and not self.skipped

    def __str__(self) -> str:
        return f"{len(self.passed)} passed, {len(self.failed)} failed, {len(self.skipped)} skipped"


def main(quick: bool) -> Proof:
    profiles = [EMBEDDED, PRODUCTION] if quick else [EMBEDDED, PRODUCTION, WITH_RABBITMQ]
    with ThreadPoolExecutor(len(profiles) if quick else 1) as pool:
        told = list(pool.map(lambda profile: _tell(profile, QUICK_STORIES if quick else EVERY_STORY), profiles))
    for stories in told:
        print(f"{stories.profile.name}: {stories} in {stories.seconds:.0f} s")
    same = len({stories.passed for stories in told}) == 1
    counts = ", ".join(f"{len(stories.passed)} on {stories.profile.name}" for stories in told)
    figure = f"live stories passed: {counts}; {'the same ones' if same else 'NOT the same ones'}"
    return Proof(figure, held=same and all(stories.held for stories in told))


def _tell(profile: Profile, stories: str) -> Told:
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="flotilla-profiles-") as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-rs", stories, "-m", "live and not browser and not proof"]
        command += ["-k", f"[{profile.parameter}", f"--junitxml={report}"]
        environment = {**os.environ, "REQUIRE_PRODUCTION": "1", **profile.settings}
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
        print(done.stdout, flush=True)  # whole, as another profile may be told beside it
        return _read(report, profile, time.monotonic() - started)


def _read(report: Path, profile: Profile, seconds: float) -> Told:
    """A run that broke down may have written no report: then nothing has passed."""
    ends: dict[str, set[str]] = {"passed": set(), "failed": set(), "skipped": set()}
    cases = ElementTree.parse(report).iter("testcase") if report.exists() else []
    for case in cases:
        name = f"{case.get('classname')}::{case.get('name')}".replace(f"[{profile.parameter}", "[")
        if case.find("failure") is not None or case.find("error") is not None:
            ends["failed"].add(name)
        elif case.find("skipped") is not None:
            ends["skipped"].add(name)
        else:
            ends["passed"].add(name)
    return Told(profile, **{name: frozenset(found) for name, found in ends.items()}, seconds=seconds)
