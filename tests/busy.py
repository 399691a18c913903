"""A database that others are writing to, seen from one connection."""

from __future__ import annotations

from typing import Any

from django.db import OperationalError


def refuses_to_write(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    """For `connection.execute_wrapper`: as SQLite does when others have been writing for longer than it waits."""
    if sql.startswith(("INSERT", "UPDATE")):
        raise OperationalError("database is locked")
    return execute(sql, params, many, context)
