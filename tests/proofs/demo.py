"""`./run demo` gives three neighbouring nodes that all show the same, and nothing of it is left when it ends.

Three embedded nodes on this machine are asked from outside: what their pages show of each origin, by kind, and the
digests. Where a folder of open data lies beside the repository, a real register is listed on them as well, split in
three; its import reports are compared with what all nodes show, and a second import must change nothing. Then the demo
is used as a visitor would: started, looked at, stopped with Ctrl-C, started again with what it kept, and killed.
The quick form checks the kit alone.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from checks import ROOT
from config.demo.registers import CHARITIES
from tests.nodes import eventually
from tests.proofs import Proof
from tests.storage import free_port

NAME = "demo"

TABLE = CHARITIES.table
DATA = ROOT.parent / "shared" / "data"
CHECK_SECONDS = 1500.0
START_SECONDS = 300.0
STOP_SECONDS = 30.0
AGREED = re.compile(r"The digests agreed ([0-9.]+) s after the start, ([0-9.]+) s after all three were ready")
SHOWN = re.compile(r"^  in all((?: +[0-9]+){4})$", re.MULTILINE)
LISTED = re.compile(r"^  listing((?: +[0-9]+){4})$", re.MULTILINE)
SERVING = "Ctrl-C stops all three"


@dataclass(frozen=True)
class Finding:
    text: str
    held: bool


def main(quick: bool) -> Proof:
    findings = [_checked("the kit")]
    if not quick:
        if (DATA / TABLE).is_file():
            findings.append(_checked("the kit and a register", f"--data={DATA}"))
        else:
            print(f"No register is listed: {DATA / TABLE} is not there.")
        findings.append(_as_a_visitor())
    return Proof("; ".join(finding.text for finding in findings), all(finding.held for finding in findings))


def _checked(what: str, *arguments: str) -> Finding:
    started = time.monotonic()
    done = subprocess.run(
        ["./run", "demo", "--check", *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=CHECK_SECONDS,
    )
    took = time.monotonic() - started
    print(done.stdout + done.stderr)
    agreed, shown = AGREED.search(done.stdout), SHOWN.findall(done.stdout)
    if done.returncode or agreed is None or len(shown) != 3:
        return Finding(f"{what}: the check failed", held=False)
    counts = {tuple(map(int, row.split())) for row in shown}
    listed = {int(row.split()[-1]) for row in LISTED.findall(done.stdout)}
    # The check itself compares by kind; this only refuses a table that says something else than its last line.
    held = len(counts) == 1 and all(all(row) for row in counts) and len(listed) <= 1
    found = " + ".join(map(str, min(counts)[:3]))
    text = f"{what}: {found} objects shown on all three"
    if listed:
        text += f", {min(listed)} of them listed organisations, a second import changed nothing"
    return Finding(
        f"{text}, digests agreed {agreed[1]} s after the start, {agreed[2]} s after ready ({took:.0f} s)", held
    )


def _as_a_visitor() -> Finding:
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="flotilla-demo-") as folder:
        with _sailing(Path(folder), port) as (demo, first_start):
            published = _published(port)
            taken = _second_demo_is_refused(Path(folder) / "other", port)
            demo.send_signal(signal.SIGINT)
            stopped = demo.wait(STOP_SECONDS) == 0
            first_gone = _all_gone(demo)
        with _sailing(Path(folder), port) as (demo, second_start):
            kept = all(published) and _published(port) == published
            demo.kill()
            killed_gone = _all_gone(demo)
    outcomes = {
        "a taken port is told": taken,
        "Ctrl-C ends it well": stopped and first_gone,
        "what it held is kept": kept,
        "kill -9 leaves no node": killed_gone,
    }
    for outcome, held in outcomes.items():
        print(f"{outcome}: {'yes' if held else 'NO'}")
    text = f"as a visitor: first start {first_start:.0f} s, second {second_start:.0f} s"
    missing = [outcome for outcome, held in outcomes.items() if not held]
    return Finding(f"{text}, {'NOT: ' + ', '.join(missing) if missing else 'nothing lost, nothing left'}", not missing)


class Sailing(subprocess.Popen[str]):
    """The demo as somebody starts it; `nodes` are the process ids of its three nodes."""

    nodes: tuple[int, ...] = ()


@contextmanager
def _sailing(folder: Path, port: int) -> Iterator[tuple[Sailing, float]]:
    """A demo that serves, and the seconds until it did."""
    started = time.monotonic()
    said = folder / "screen.txt"
    with said.open("w") as screen:
        demo = Sailing(
            ["./run", "demo", f"--port={port}", f"--directory={folder / 'data'}"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=screen,
            stderr=screen,
            text=True,
        )
    try:
        eventually(lambda: _serves(demo, said), within=START_SECONDS)
        demo.nodes = tuple(_children(demo.pid))
        yield demo, time.monotonic() - started
    finally:
        demo.kill()
        demo.wait()
        for pid in filter(_lives, demo.nodes):
            os.kill(pid, signal.SIGKILL)


def _serves(demo: Sailing, said: Path) -> bool:
    if demo.poll() is not None:
        raise RuntimeError(f"the demo ended by itself:\n{said.read_text()}")
    return SERVING in said.read_text()


def _published(port: int) -> list[int]:
    """How much each of the three publishes, asked at its own address. Their atlas must answer too."""
    found = []
    for origin in (f"http://127.0.0.1:{port + number}" for number in range(3)):
        with urlopen(f"{origin}/atlas/", timeout=30) as page:
            assert "demo" in page.read().decode()
        with urlopen(f"{origin}/metro/digest?origin={origin}", timeout=30) as digest:
            found.append(int(json.load(digest)["count"]))
    return found


def _second_demo_is_refused(folder: Path, port: int) -> bool:
    second = subprocess.run(
        ["./run", "demo", f"--port={port}", f"--directory={folder}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=STOP_SECONDS,
    )
    return second.returncode != 0 and f"something else uses port {port}" in second.stderr


def _all_gone(demo: Sailing) -> bool:
    assert len(demo.nodes) == 3
    try:
        return eventually(lambda: not any(map(_lives, demo.nodes)), within=STOP_SECONDS)
    except AssertionError:
        return False


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
