"""Whether the three nodes hold the same view, asked from outside: digests by HTTP, counts by each node itself."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.error import URLError

from config.demo.fleet import DemoFailed, Fleet, Ship
from config.demo.registers import EDITED, REGISTERS, Register, edited_copy, there

Json = dict[str, Any]

KINDS = ("group", "person", "need", "offer", "gathering", "call", "know-how", "place", "expertise", "post")
"""Every node's kit has some of each."""
LOOK_AGAIN_SECONDS = 0.3
PATIENCE_SECONDS = 120.0
PATIENCE_WITH_REGISTERS = 900.0
"""Two thousand things of registers are many times what the kit has."""
BRING_SECONDS = 120.0
DIGITS = 12  # of a hash, on the screen


def settle(fleet: Fleet, within: float = PATIENCE_SECONDS) -> None:
    """Wait until no node has anything to do and all digests agree. Raises DemoFailed saying what disagrees."""
    deadline = time.monotonic() + within
    while True:
        try:
            open_questions = list(_unsettled(fleet.ships))
        except (URLError, TimeoutError, ConnectionError) as error:  # a busy node; if it has ended, `ask` says so
            open_questions = [str(error)]
        if not open_questions:
            return
        if time.monotonic() > deadline:
            raise DemoFailed("\n  ".join([f"the nodes did not agree within {within:.0f} s:", *open_questions]))
        time.sleep(LOOK_AGAIN_SECONDS)


def _unsettled(ships: Sequence[Ship]) -> Iterator[str]:
    """What keeps the view from being the same; one sentence each."""
    for ship in ships:
        due = ship.ask("counts")["due"]
        if due:
            yield f"{ship.key} has {due} pieces of work to do"
    for home in ships:
        own = home.digest(home.origin)
        if not own["count"]:
            yield f"{home.key} has published nothing"
        for ship in ships:
            held = ship.digest(home.origin)
            if (held["count"], held["hash"]) != (own["count"], own["hash"]):
                different = sum(ours != theirs for ours, theirs in zip(own["buckets"], held["buckets"], strict=True))
                yield (
                    f"{ship.key} holds {held['count']} of {home.key}'s {own['count']} objects; "
                    f"{different} of {len(own['buckets'])} buckets differ"
                )


class Findings:
    """Everything the check looks at, gathered once; `faults` is empty when all is well."""

    def __init__(self, fleet: Fleet) -> None:
        self.ships = fleet.ships
        self.counts = {ship.key: ship.ask("counts") for ship in self.ships}
        self.digests = {
            ship.key: {home.key: ship.digest(home.origin)["hash"] for home in self.ships} for ship in self.ships
        }
        self.faults: list[str] = []

    def seen(self, ship: Ship, home: Ship) -> dict[str, int]:
        """What a visitor of `ship` sees of `home`, by kind."""
        found: dict[str, int] = self.counts[ship.key]["seen"].get(home.origin, {})
        return found

    def kinds(self) -> list[str]:
        """Those of the kit first, then whatever else there is."""
        every = {kind for ship in self.ships for home in self.ships for kind in self.seen(ship, home)}
        return [*KINDS, *sorted(every - set(KINDS))]

    def judge(self) -> None:
        """None of the kit's kinds is zero, and everybody sees what each origin published, no more and no less."""
        for home in self.ships:
            published = self.counts[home.key]["published"]
            for kind in KINDS:
                if not published.get(kind):
                    self.faults.append(f"{home.key} has published no {kind}")
            for ship in self.ships:
                seen = self.seen(ship, home)
                if seen != published:
                    self.faults.append(f"{ship.key} shows {seen} of {home.key}, which published {published}")
                if self.digests[ship.key][home.key] != self.digests[home.key][home.key]:
                    self.faults.append(f"{ship.key} and {home.key} do not agree on what {home.key} published")
        for ship in self.ships:
            if dead := self.counts[ship.key]["dead"]:
                self.faults.append(f"{ship.key} has given up on {dead} pieces of work")

    def listed(self, ship: Ship, home: Ship, kind: str) -> int:
        """What a visitor of `ship` sees of what `home` lists from registers, of one kind."""
        found: int = self.counts[ship.key]["listed"].get(home.origin, {}).get(kind, 0)
        return found

    def judge_listed(self, reports: dict[str, Json]) -> None:
        """By kind, everything of the import reports is listed, and seen on all nodes."""
        for home in self.ships:
            wanted = wanted_by_kind(reports[home.key])
            if not all(wanted.values()):
                self.faults.append(f"{home.key} was given nothing of a register: {wanted}")
            for ship in self.ships:
                seen = {kind: self.listed(ship, home, kind) for kind in wanted}
                if seen != wanted:
                    self.faults.append(f"{ship.key} shows {seen} of {wanted} listed by {home.key}")

    def table(self, say: Callable[[str], object]) -> None:
        """Per node the counts by kind, and the digests, of what it shows of each origin."""
        for ship in self.ships:
            say("")
            say(f"{ship.key} at {ship.origin} shows")
            say(_row("", [f"from {home.key}" for home in self.ships], "in all"))
            for kind in self.kinds():
                numbers = [self.seen(ship, home).get(kind, 0) for home in self.ships]
                say(_row(kind, numbers, sum(numbers)))
            sums = [sum(self.seen(ship, home).values()) for home in self.ships]
            say(_row("in all", sums, sum(sums)))
            say(_row("digest", [self.digests[ship.key][home.key][:DIGITS] for home in self.ships], ""))


def _row(name: str, cells: Sequence[object], total: object) -> str:
    return f"  {name:<10}" + "".join(f"{cell!s:>18}" for cell in cells) + f"{total!s:>10}".rstrip()


def wanted_by_kind(reports: dict[str, Json]) -> dict[str, int]:
    """How many things of each kind the import reports of a node promise."""
    wanted: dict[str, int] = {}
    for register in REGISTERS:
        if register.name in reports:
            wanted[register.kind] = wanted.get(register.kind, 0) + reports[register.name]["taken"]
    return wanted


def bring_again(fleet: Fleet, data: Path, parts: Sequence[str]) -> list[str]:
    """Run every import once more beside the serving nodes; says where that changed anything. Raises DemoFailed."""
    before = [ship.digest(ship.origin)["hash"] for ship in fleet.ships]
    faults = []
    for register in there(data):
        for ship, report in zip(fleet.ships, _brought(fleet, register, data, parts), strict=True):
            if report["same"] != report["taken"]:
                faults.append(f"{ship.key}: a second import of {register.name} was not all the same: {report}")
    settle(fleet, PATIENCE_WITH_REGISTERS)
    for ship, digest in zip(fleet.ships, before, strict=True):
        if ship.digest(ship.origin)["hash"] != digest:
            faults.append(f"{ship.key}: a second import changed what is published")
    return faults


def bring_edited(fleet: Fleet, data: Path, parts: Sequence[str]) -> list[str]:
    """Run every import with edited rows; says where not just those changed. Raises DemoFailed."""
    faults = []
    with tempfile.TemporaryDirectory(prefix="flotilla-edited-") as folder:
        edited_copy(data, Path(folder))
        for register in there(data):
            reports = _brought(fleet, register, Path(folder), parts)
            changed = sum(report["changed"] for report in reports)
            if changed != EDITED or any(report["new"] for report in reports):
                faults.append(f"{register.name}: {EDITED} edited rows changed {changed}: {reports}")
    settle(fleet, PATIENCE_WITH_REGISTERS)
    return faults


def _brought(fleet: Fleet, register: Register, data: Path, parts: Sequence[str]) -> list[Json]:
    """What each node says of its part; all three at once."""
    running = [ship.bring(register, data, part) for ship, part in zip(fleet.ships, parts, strict=True)]
    return [_outcome(ship, process) for ship, process in zip(fleet.ships, running, strict=True)]


def _outcome(ship: Ship, process: subprocess.Popen[str]) -> Json:
    try:
        said, errors = process.communicate(timeout=BRING_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise DemoFailed(f"{ship.key}: an import took more than {BRING_SECONDS:.0f} seconds") from None
    if process.returncode:
        raise DemoFailed(f"{ship.key}: an import failed: {errors.strip()[-500:]}")
    found: Json = json.loads(said)
    return found
