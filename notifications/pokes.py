"""Pokes say "something new" to open pages, which then fetch what they show. They may be lost.

Whatever asks for a poke only marks a group; one thread of the process sends. So a burst of changes is one
message a second, and a broker that is down delays no request and no worker.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Iterable

from channels.layers import get_channel_layer
from django.db import connection, transaction

log = logging.getLogger(__name__)

METRO = "metro"
SPACING_SECONDS = 1.0  # between two pokes of one group by this process; the first goes at once
SEND_TIMEOUT_SECONDS = 3.0
COMPLAINT_SECONDS = 60.0  # between two log lines about a channel layer that is down
REMEMBERED_GROUPS = 10_000


def user_group(user_id: int) -> str:
    return f"user.{user_id}"


def poke_metro() -> None:
    """Tell every open page, after commit, that the shared view moved. Never raises."""
    _after_commit([METRO])


def poke_user(user_id: int) -> None:
    """Tell this person's open pages, after commit, that their notices changed. Never raises."""
    _after_commit([user_group(user_id)])


def poke_users(user_ids: Iterable[int]) -> None:
    _after_commit([user_group(user_id) for user_id in user_ids])


def _after_commit(groups: list[str]) -> None:
    if not groups:
        return
    if connection.in_atomic_block:
        transaction.on_commit(lambda: sender.wake(groups), robust=True)
    else:
        sender.wake(groups)


class Sender:
    """Sends pokes from a thread of its own, at most one a group every SPACING_SECONDS."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._wanted: set[str] = set()
        self._sent_at: dict[str, float] = {}
        self._thread: threading.Thread | None = None
        self._complained_at = float("-inf")

    def wake(self, groups: Iterable[str]) -> None:
        with self._changed:
            self._wanted.update(groups)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="pokes", daemon=True)
                self._thread.start()
            self._changed.notify()

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            while True:
                groups = self._next()
                runner.run(self._send(groups))

    def _next(self) -> list[str]:
        """The groups whose time has come; waits for the first."""
        with self._changed:
            while True:
                now = time.monotonic()
                due = [group for group in self._wanted if self._due_at(group) <= now]
                if due:
                    self._wanted.difference_update(due)
                    self._remember(due, now)
                    return due
                soonest = min(map(self._due_at, self._wanted), default=None)
                self._changed.wait(None if soonest is None else soonest - now)

    def _due_at(self, group: str) -> float:
        return self._sent_at.get(group, float("-inf")) + SPACING_SECONDS

    def _remember(self, groups: list[str], now: float) -> None:
        if len(self._sent_at) > REMEMBERED_GROUPS:
            self._sent_at = {group: at for group, at in self._sent_at.items() if at + SPACING_SECONDS > now}
        self._sent_at.update(dict.fromkeys(groups, now))

    async def _send(self, groups: list[str]) -> None:
        layer = get_channel_layer()
        try:
            async with asyncio.timeout(SEND_TIMEOUT_SECONDS):
                for group in groups:
                    name = METRO if group == METRO else "notices"
                    await layer.group_send(group, {"type": "poke", "poke": name})
        except Exception as error:  # noqa: BLE001  a hint is lost, pages catch up at their next turn
            self._complain(error)

    def _complain(self, error: Exception) -> None:
        if time.monotonic() - self._complained_at > COMPLAINT_SECONDS:
            self._complained_at = time.monotonic()
            log.warning("pokes are not sent, open pages do not update by themselves: %r", error)


sender = Sender()
