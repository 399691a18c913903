"""Whoever wants to write to SQLite asks often enough to get a turn.

SQLite itself asks less and less often for the lock that another holds, in the end ten times a second. Beside a worker
that writes without a pause, whose own next transaction begins a millisecond after the last, somebody who publishes was
kept waiting until they were told that the database is locked. Here a statement that comes upon a lock is asked again
after at most some milliseconds, for SQLITE_BUSY_SECONDS as before.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.db.backends.sqlite3 import base

from config.environment import SQLITE_BUSY_SECONDS

Answer = TypeVar("Answer")


class DatabaseWrapper(base.DatabaseWrapper):
    """The backend: `ENGINE` is `config.sqlite`. SQLite's own `timeout` is the longest pause between two questions."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        return _in_turn(lambda: super(DatabaseWrapper, self).get_new_connection(conn_params))

    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=Cursor)


class Cursor(base.SQLiteCursorWrapper):
    def execute(self, query: str, params: Any = None) -> Any:
        """Within a transaction nothing waits: it took the lock as it began (IMMEDIATE)."""
        if self.connection.in_transaction:
            return super().execute(query, params)
        return _in_turn(lambda: super(Cursor, self).execute(query, params))


def _in_turn(ask: Callable[[], Answer]) -> Answer:
    """The answer, once no other writes. Raises as SQLite does, for a lock only when it was held for too long."""
    deadline = time.monotonic() + SQLITE_BUSY_SECONDS
    while True:
        try:
            return ask()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                raise
