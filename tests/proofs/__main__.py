"""`./run prove`: list the proofs, run one, or run all of them (`--all --quick` is what CI does)."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

from tests.proofs import Entry, Proof, registry


def measured(entry: Entry, quick: bool) -> bool:
    """Run one proof; its figure is the last thing printed. Returns whether it held."""
    print(f"--- {entry.name}: {entry.promise}", flush=True)
    started = time.monotonic()
    try:
        outcome = entry.main(quick)
    except Exception:  # noqa: BLE001 - one proof that breaks must not keep the others from running
        traceback.print_exc()
        outcome = Proof("broke before it had a figure", held=False)
    if isinstance(outcome, int):
        outcome = Proof("" if outcome == 0 else f"exited with {outcome}", held=outcome == 0)
    print(f"--- {entry.name}: {time.monotonic() - started:.0f} s, {'held' if outcome.held else 'FELL SHORT'}")
    if outcome.figure:
        print(f"{entry.name}: {outcome.figure}", flush=True)
    return outcome.held


def two_at_a_time(entries: list[Entry], quick: bool) -> list[bool]:
    """Run proofs that measure no time in processes of their own; each is printed whole, as it ends."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(lambda entry: _apart(entry, quick), entries))


def _apart(entry: Entry, quick: bool) -> bool:
    command = [sys.executable, "-m", "tests.proofs", entry.name, *(["--quick"] if quick else [])]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    print(done.stdout, end="", flush=True)
    return done.returncode == 0


def main() -> int:
    proofs = {entry.name: entry for entry in registry()}
    parser = argparse.ArgumentParser(prog="./run prove", description="Measure what the project promises.")
    parser.add_argument("name", nargs="?", choices=sorted(proofs), help="the proof to run; none: list them")
    parser.add_argument("--quick", action="store_true", help="a smaller count, at most a minute")
    parser.add_argument("--all", action="store_true", help="run every proof")
    options = parser.parse_args()
    if options.name:
        return 0 if measured(proofs[options.name], options.quick) else 1
    if not options.all:
        for entry in proofs.values():
            print(f"{entry.name:<12} {entry.promise}")
        return 0
    held = two_at_a_time([entry for entry in proofs.values() if not entry.alone], options.quick)
    held += [measured(entry, options.quick) for entry in proofs.values() if entry.alone]
    print(f"{sum(held)} passed, {len(held) - sum(held)} failed")
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
