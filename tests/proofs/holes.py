"""Every hole that others have is closed here by a guard, and tests fail as soon as the guard is taken away.

`tests.federation.holes` says which guard closes which hole, by the text that is taken out of the code, and which tests
must notice. First these tests pass as the code is. Then, one after another and in a copy of the tree, each guard is
taken away, and every test named beside it must fail. A text that is no longer found, or a test that is not there, fails
the proof at once. The quick form looks at all texts and tries a few guards, drawn by a seed: `SEED=… ./run prove holes
--quick` draws the same again.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from xml.etree import ElementTree

from tests.federation.holes import HOLES_AND_GUARDS, ROOT, Hole, faults
from tests.federation.shared import DATA
from tests.proofs import Proof

NAME = "holes"

AT_ONCE = 2
QUICK_GUARDS = 5
QUICK_SECONDS = 30  # after which no guard is begun, on a busy machine; two are always tried
LONGEST_SECONDS = 180  # for the tests of one guard
LONGEST_SECONDS_OF_ALL = 1_200
AT_HOME = {"data", "demo-data", "screenshots"}  # what a node keeps, and what only people look at
EVERYWHERE = {".git", ".venv", ".tools", "node_modules", "__pycache__", ".hypothesis", "test-results"}
OUR_OWN_FAULT = re.compile(r"(Name|Syntax|Import|ModuleNotFound|Indentation|UnboundLocal)Error\b")


class Copy:
    """The tree in a folder of its own, with a database that is made once and laid there anew for each run."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data = folder / "tree", folder / "data"
        shutil.copytree(ROOT, self.folder, ignore=_not_copied, symlinks=True)
        self.data.mkdir()

    def tested(
        self, tests: Iterable[str], *, database: Path | None = None, seconds: float = LONGEST_SECONDS
    ) -> dict[str, str]:
        """Of each case that ran, why it failed; "" where it passed. Raises RuntimeError when pytest could not run."""
        held = self.data / "test.sqlite3"
        for old in self.data.glob("test.sqlite3*"):
            old.unlink()
        if database is not None:
            shutil.copy(database, held)
        report = self.data / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "--tb=line", "--no-header", "--reuse-db"]
        done = subprocess.run(
            [*command, f"--junitxml={report}", *dict.fromkeys(tests)],
            cwd=self.folder, env=self._environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            check=False, timeout=seconds,
        )  # fmt: skip
        if done.returncode not in {0, 1}:
            raise RuntimeError(f"pytest ended with {done.returncode}: {done.stdout[-800:]}")
        return dict(_cases(report))

    def _environment(self) -> dict[str, str]:
        ours = (
            "DATABASE_URL",
            "BROKER_URL",
            "REDIS_URL",
            "SECRET_KEY",
            "DJANGO_",
            "PYTHON",
            "PYTEST_",
            "DATA_DIR",
            "ORIGIN",
        )
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        # What was compiled of the tree as it is may be used again, of a changed file nothing is kept.
        once = {"PYTHONDONTWRITEBYTECODE": "1"} if (self.data / "report.xml").exists() else {}
        return kept | once | {"FLOTILLA_TESTS_DATA": str(self.data), "FLOTILLA_SHARED_DATA": str(DATA)}

    def without(self, hole: Hole, database: Path) -> str:
        """Take a guard away, and put it back. Why its tests do not hold it in place; "" when all of them do."""
        before = {name: self.folder / name for name in hole.files}
        kept = {path: (path.read_bytes(), path.stat()) for path in before.values()}
        try:
            for edit in hole.edits:
                path = self.folder / edit.file
                path.write_text(path.read_text(encoding="utf-8").replace(edit.text, edit.instead), encoding="utf-8")
                compile(path.read_bytes(), edit.file, "exec")
            cases = self.tested(hole.tests, database=database)
        except (RuntimeError, SyntaxError, subprocess.TimeoutExpired) as error:
            return f"could not be tried: {str(error)[-500:]}"
        finally:
            for path, (content, stat) in kept.items():
                path.write_bytes(content)
                os.utime(path, (stat.st_atime, stat.st_mtime))
        return "; ".join(_unnoticed(hole, cases))


def _not_copied(folder: str, names: list[str]) -> set[str]:
    top = AT_HOME if Path(folder) == ROOT else set()
    return {name for name in names if name in EVERYWHERE | top or name.endswith("_cache")}


def _cases(report: Path) -> Iterator[tuple[str, str]]:
    for case in ElementTree.parse(report).iter("testcase"):
        trouble = next((each for each in case if each.tag in {"failure", "error", "skipped"}), None)
        said = "" if trouble is None else f"{trouble.tag}: {trouble.get('message')} {trouble.text}"
        yield f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name')}", said


def _unnoticed(hole: Hole, cases: dict[str, str]) -> Iterator[str]:
    for test in hole.tests:
        said = [why for name, why in cases.items() if name == test or name.startswith(f"{test}[")]
        noticed = [why for why in said if why.startswith("failure")]
        if not noticed:
            yield f"{test} {'was not run' if not said else 'did not notice'}"
        elif all(map(OUR_OWN_FAULT.search, noticed)):
            yield f"{test} failed because the edit is broken: {noticed[0][:200]}"


def main(quick: bool) -> Proof:
    started = time.monotonic()
    if wrong := list(faults()):
        print(*wrong, sep="\n")
        return Proof(f"the table is wrong in {len(wrong)} places", held=False)
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10_000))
    holes = list(HOLES_AND_GUARDS)
    if quick:
        holes = random.Random(seed).sample(holes, QUICK_GUARDS)
        print(f"SEED={seed} draws these guards again")
    with tempfile.TemporaryDirectory(prefix="flotilla-holes-") as folder:
        tried, open_, whole = _tried(holes, Path(folder), started + QUICK_SECONDS if quick else None)
    for hole, why in open_.items():
        print(f"NOT HELD IN PLACE  {hole}: {why[:600]}")
    if not whole:
        return Proof("not measured: these tests do not pass as the code is", held=False)
    figure = f"{tried} guards removed in turn, {tried - len(open_)} caught"
    if quick:
        figure += f", of {len(HOLES_AND_GUARDS)}, all of which were found (SEED={seed})"
    return Proof(figure, held=tried > 0 and not open_)


def _tried(holes: list[Hole], folder: Path, until: float | None) -> tuple[int, dict[str, str], bool]:
    """How many guards were taken away, what was said of those that no test held, and whether all passed before."""
    first, *others = [Copy(folder / str(number)) for number in range(AT_ONCE)]
    tests = [test for hole in holes for test in hole.tests]
    failing = {name: why for name, why in first.tested(tests, seconds=LONGEST_SECONDS_OF_ALL).items() if why}
    if failing:
        return 0, failing, False
    database = Path(shutil.copy(first.data / "test.sqlite3", folder))
    shutil.copytree(first.folder, others[0].folder, dirs_exist_ok=True)  # with what was compiled
    (others[0].data / "report.xml").touch()
    free: SimpleQueue[Copy] = SimpleQueue()
    for copy in (first, *others):
        free.put(copy)

    def attempt(number: int, hole: Hole) -> tuple[Hole, str] | None:
        copy = free.get()
        try:
            if until is not None and number >= AT_ONCE and time.monotonic() > until:
                return None
            began = time.monotonic()
            why = copy.without(hole, database)
            print(f"{'open' if why else 'caught':<8}{time.monotonic() - began:4.0f} s  {hole.line}", flush=True)
            return hole, why
        finally:
            free.put(copy)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        done = [each for each in pool.map(attempt, range(len(holes)), holes) if each is not None]
    return len(done), {hole.line: why for hole, why in done if why}, True
