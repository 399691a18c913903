"""Registers of others are listed once, followed when they change, and shown the same on every node.

Three nodes list a register of charities and two of places, each a third; by kind and node what all of them show is what
the import reports say, a second run changes nothing and a third with ten edited rows of each changes ten
(`./run demo --check --data`). The quick form brings the same three to one node that serves nobody.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from checks import ROOT
from config.demo.registers import EDITED, Register, edited_copy, there
from tests.proofs import Proof

NAME = "registers"

DATA = ROOT.parent / "shared" / "data"
CHECK_SECONDS = 2400.0
BRING_SECONDS = 300.0
AGREED = re.compile(r"The digests agreed ([0-9.]+) s after the start, ([0-9.]+) s after all three were ready")
TAKEN = re.compile(r" imported (\S+): .*?([0-9]+) taken")


def main(quick: bool) -> Proof:
    if not there(DATA):
        return Proof(f"nothing to bring: {DATA} has no register", held=True)
    return _one_node() if quick else _three_nodes()


def _three_nodes() -> Proof:
    started = time.monotonic()
    done = subprocess.run(
        ["./run", "demo", "--check", f"--data={DATA}"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=CHECK_SECONDS,
    )
    took = time.monotonic() - started
    print(done.stdout + done.stderr)
    agreed = AGREED.search(done.stdout)
    said = "A second import changed nothing." in done.stdout and f"edited rows, changed {EDITED}." in done.stdout
    if done.returncode or agreed is None or not said:
        return Proof("the check of the demo failed", held=False)
    taken: dict[str, int] = {}
    for name, count in TAKEN.findall(done.stdout):
        taken[name] = taken.get(name, 0) + int(count)
    listed = ", ".join(f"{count} of {name}" for name, count in taken.items())
    return Proof(
        f"on three nodes {listed}; counts by kind equal the reports; digests agreed {agreed[1]} s after the start; a "
        f"second import changed nothing, a third with {EDITED} edited rows of each changed {EDITED} ({took:.0f} s)",
        held=True,
    )


def _one_node() -> Proof:
    with tempfile.TemporaryDirectory(prefix="flotilla-registers-") as folder:
        home, copy = Path(folder) / "node", Path(folder) / "edited"
        edited_copy(DATA, copy)
        _manage(home, "migrate", "--verbosity=0", "--no-input")
        _manage(home, "shell", "-c", "from atlas import vocabulary; vocabulary.load()")
        figures = [_thrice(home, register, copy) for register in there(DATA)]
    return Proof("; ".join(text for text, _held in figures), all(held for _text, held in figures))


def _thrice(home: Path, register: Register, copy: Path) -> tuple[str, bool]:
    started = time.monotonic()
    first = _bring(home, register, DATA)
    took = time.monotonic() - started
    second, third = _bring(home, register, DATA), _bring(home, register, copy)
    held = (
        first["new"] == first["taken"] > 0
        and second["same"] == second["taken"] == first["taken"]
        and (third["new"], third["changed"]) == (0, EDITED)
    )
    changed = f"then {second['changed']}, then {third['changed']} changed"
    return f"{register.name}: {first['new']} new in {took:.0f} s, {changed}", held


def _bring(home: Path, register: Register, data: Path) -> dict[str, int]:
    found: dict[str, int] = json.loads(_manage(home, "bring", *register.arguments(data, "1/1")))
    return found


def _manage(home: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, "DATA_DIR": str(home), "DEBUG": "1"},
        capture_output=True,
        text=True,
        check=True,
        timeout=BRING_SECONDS,
    )
    return done.stdout
