"""kill -9 at moments that are chosen beforehand, and what the node was in the middle of each time."""

from __future__ import annotations

import random
import shutil
import sqlite3
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.federation.live.node import InhabitedNode
from tests.storage import database_url

REQUEST, DELIVERY, SWEEP = "request", "delivery", "sweep"
LATEST = {REQUEST: 0.25, DELIVERY: 0.5, SWEEP: 1.5}
"""Seconds after a form was sent, after it was accepted, after the node answers again: as long as each may take."""
LANES = {"errands": "journal_errand", "deliveries": "federation_delivery", "receipts": "federation_receipt"}

HELD = "SELECT count(*) FROM {} WHERE state = 'ready' AND lease_owner <> '' AND lease_until IS NOT NULL"
PROCESSES, WEIGHTS = ("web", "worker", "beat"), (45, 45, 10)


@dataclass(frozen=True)
class Kill:
    """Around publication `number`, `delay` seconds into the `moment`."""

    number: int
    moment: str
    delay: float

    def __str__(self) -> str:
        return f"{self.number} ({self.moment} + {self.delay:.2f} s)"


def plan(publications: int, kills: int, chance: random.Random) -> list[Kill]:
    """Kills spread over all publications, at most one around each and two of five once more while the first work after
    that restart is done, by the sweeper.

    The last one comes after the last publication was accepted.
    """
    sweeps = kills * 2 // 5
    first = kills - sweeps
    width = publications / first
    found = []
    for place in range(first):
        number = publications - 1 if place == first - 1 else int(width * place + (width - 1) * chance.random())
        moment = DELIVERY if place % 2 or place == first - 1 else REQUEST
        found.append(Kill(number, moment, chance.uniform(0, LATEST[moment])))
    swept = chance.sample(found, sweeps)
    return sorted(
        [*found, *(Kill(each.number, SWEEP, chance.uniform(0, LATEST[SWEEP])) for each in swept)],
        key=lambda kill: (kill.number, kill.moment == SWEEP),
    )


class Captain:
    """Kills processes of the node as planned and starts them again at once, as a service manager would.

    In production one process at a time, else the one that is all of the node.
    """

    def __init__(self, node: InhabitedNode, kills: list[Kill], chance: random.Random) -> None:
        self.node = node
        self.kills = kills
        self.chance = chance
        self.done: list[Kill] = []
        self.killed: Counter[str] = Counter()
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

    def keep_up(self) -> None:
        """Wait while more than two kills are late: else the last ones would find nothing going on."""
        for thread in self._threads[:-2]:
            thread.join()

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
        name = self.chance.choices(PROCESSES, WEIGHTS)[0] if self.node.production else "web"
        self.node.kill(name)
        self.killed[name] += 1
        self.in_hand.update({lane for lane, rows in in_hand(self.node).items() if rows})
        self.done.append(kill)
        begun = time.monotonic()
        self.node.start()
        self.last_start = time.monotonic()
        self.restarts.append(self.last_start - begun)


def in_hand(node: InhabitedNode) -> dict[str, int]:
    """How many rows of each lane are held by somebody: by whoever was killed just now, or in production by another."""
    if node.production:
        import psycopg

        with psycopg.connect(database_url(node.database)) as connection:
            return {lane: int(connection.execute(HELD.format(table)).fetchone()[0]) for lane, table in LANES.items()}  # type: ignore[index]
    return _in_wreck(node.data)


def _in_wreck(data: Path) -> dict[str, int]:
    """Of an embedded node that is dead. Reads a copy: SQLite would begin to mend the file."""
    with tempfile.TemporaryDirectory(prefix="flotilla-wreck-") as folder:
        for file in data.glob("node.sqlite3*"):
            shutil.copy(file, folder)
        connection = sqlite3.connect(Path(folder) / "node.sqlite3")
        try:
            return {lane: connection.execute(HELD.format(table)).fetchone()[0] for lane, table in LANES.items()}
        finally:
            connection.close()
