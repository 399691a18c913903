"""kill -9 at moments that are chosen beforehand, and what the node was in the middle of each time."""

from __future__ import annotations

import random
import shutil
import sqlite3
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.federation.live.node import InhabitedNode

REQUEST, DELIVERY, SWEEP = "request", "delivery", "sweep"
LATEST = {REQUEST: 0.25, DELIVERY: 0.5, SWEEP: 1.5}
"""Seconds after a form was sent, after it was accepted, after the node answers again: as long as each may take."""
LANES = {"errands": "journal_errand", "deliveries": "federation_delivery", "receipts": "federation_receipt"}


@dataclass(frozen=True)
class Kill:
    """Around publication `number`, `delay` seconds into the `moment`."""

    number: int
    moment: str
    delay: float

    def __str__(self) -> str:
        return f"{self.number} ({self.moment} + {self.delay:.2f} s)"


def plan(publications: int, kills: int, chance: random.Random) -> list[Kill]:
    """Kills spread over all publications, two of five while the first work after a restart is done, by the sweeper.

    The last one comes after the last publication was accepted.
    """
    sweeps = kills * 2 // 5
    first = kills - sweeps
    width = publications / first
    found = []
    for place in range(first):
        number = publications - 1 if place == first - 1 else int(width * (place + chance.random()))
        moment = DELIVERY if place % 2 or place == first - 1 else REQUEST
        found.append(Kill(number, moment, chance.uniform(0, LATEST[moment])))
    swept = chance.sample(found, sweeps)
    return sorted(
        [*found, *(Kill(each.number, SWEEP, chance.uniform(0, LATEST[SWEEP])) for each in swept)],
        key=lambda kill: (kill.number, kill.moment == SWEEP),
    )


class Captain:
    """Kills the node as planned and starts it again at once, as a service manager would."""

    def __init__(self, node: InhabitedNode, kills: list[Kill]) -> None:
        self.node = node
        self.kills = kills
        self.done: list[Kill] = []
        self.in_hand: Counter[str] = Counter()
        """How many kills found the node at work on something, by lane."""
        self.restarts: list[float] = []
        self.last_start = 0.0
        self._threads: list[threading.Thread] = []
        self._faults: list[BaseException] = []
        self._one_at_a_time = threading.Lock()

    def sending(self, number: int) -> None:
        self._begin(number, REQUEST)

    def over(self, number: int) -> None:
        self._begin(number, DELIVERY)

    def wait(self) -> None:
        """Until every kill that has begun is over and the node runs. Raises what went wrong."""
        for thread in self._threads:
            thread.join()
        if self._faults:
            raise self._faults[0]

    def _begin(self, number: int, moment: str) -> None:
        here = [kill for kill in self.kills if kill.number == number]
        due = [kill for kill in here if kill.moment == moment]
        if due:
            swept = [kill for kill in here if kill.moment == SWEEP]
            thread = threading.Thread(target=self._carry_out, args=([*due, *swept],), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _carry_out(self, kills: list[Kill]) -> None:
        moment = time.monotonic()
        try:
            with self._one_at_a_time:
                for kill in kills:
                    time.sleep(max(0.0, moment + kill.delay - time.monotonic()))
                    self._kill(kill)
                    moment = time.monotonic()
        except BaseException as fault:  # noqa: BLE001  told to whoever waits for us
            self._faults.append(fault)

    def _kill(self, kill: Kill) -> None:
        self.node.kill()
        self.in_hand.update({lane for lane, rows in in_hand(self.node.data).items() if rows})
        self.done.append(kill)
        begun = time.monotonic()
        self.node.start()
        self.last_start = time.monotonic()
        self.restarts.append(self.last_start - begun)


def in_hand(data: Path) -> dict[str, int]:
    """How many rows of each lane a dead node left half done. Reads a copy: SQLite would begin to mend the file."""
    with tempfile.TemporaryDirectory(prefix="flotilla-wreck-") as folder:
        for file in data.glob("node.sqlite3*"):
            shutil.copy(file, folder)
        connection = sqlite3.connect(Path(folder) / "node.sqlite3")
        try:
            return dict(_held(connection))
        finally:
            connection.close()


def _held(connection: sqlite3.Connection) -> Iterator[tuple[str, int]]:
    for lane, table in LANES.items():
        query = f"SELECT count(*) FROM {table} WHERE state = 'ready' AND lease_owner <> '' AND lease_until IS NOT NULL"
        yield lane, connection.execute(query).fetchone()[0]
