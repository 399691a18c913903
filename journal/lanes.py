"""Lanes: the kinds of rows that workers look through when the bell rings.

Each process lets at most `width` threads into a lane, so that a lane held up by a slow peer or mail server
never takes the threads which the others need.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator

from journal.claims import stopping

log = logging.getLogger(__name__)

Drain = Callable[[int], int]


class Lane:
    """A function that claims and does up to `batch` rows, called until it finds none."""

    def __init__(
        self, name: str, drain: Drain, batch: int, width: int, nudge: Callable[[], object] | None = None
    ) -> None:
        self.name = name
        self.drain = drain
        self.batch = batch
        self.nudge = nudge
        self.width = width
        self._slots = threading.BoundedSemaphore(width)
        self._wanted = threading.Event()

    def run(self) -> int:
        """Work until nothing is due; returns the number of rows. In a full lane, those inside look again."""
        done = 0
        self._wanted.set()
        if self.nudge is not None:
            self.nudge()
        while self._wanted.is_set() and self._slots.acquire(blocking=False):
            try:
                self._wanted.clear()
                done += self._until_empty()
            finally:
                self._slots.release()
        return done

    def _until_empty(self) -> int:
        done = 0
        try:
            while not stopping.is_set() and (found := self.drain(self.batch)):
                done += found
        except Exception:  # one lane's trouble must not stop the others; the sweeper calls again
            log.exception("lane %s stopped early", self.name)
        return done


_lanes: dict[str, Lane] = {}


def lane(
    name: str, *, batch: int = 20, width: int = 1, nudge: Callable[[], object] | None = None
) -> Callable[[Drain], Drain]:
    """Have workers call `drain(limit)`, which claims and does up to `limit` rows and returns how many.

    `nudge` tells a drain that waits for somebody slow that there may be more to do.
    """

    def register(drain: Drain) -> Drain:
        _lanes[name] = Lane(name, drain, batch, width, nudge)
        return drain

    return register


def lanes() -> Iterator[Lane]:
    return iter(list(_lanes.values()))


def threads() -> int:
    """How many threads a process needs so that every lane gets all of its own, however slow the others are.

    `CELERY_WORKER_CONCURRENCY` says so many (a test compares): the settings are read before there are lanes.
    """
    return sum(each.width for each in lanes())


def work_until_idle() -> int:
    """Run every lane until all are empty, so that work which makes more work is done in one go."""
    total = 0
    while not stopping.is_set() and (done := sum(lane.run() for lane in lanes())):
        total += done
    return total
