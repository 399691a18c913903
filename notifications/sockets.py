"""How many sockets one person, one address and one process may hold open."""

from __future__ import annotations

from collections import Counter
from typing import Any

from frontend.addresses import client_address

PER_PERSON = 20
PER_ADDRESS = 60  # visitors share one at a library or a community centre
PER_PROCESS = 3000

_open: Counter[str] = Counter()


class TooMany(Exception):
    """Nobody loses a page by this, only its updates."""


def enter(holder: str) -> None:
    """Count one more socket of `holder`. Raises TooMany and counts nothing."""
    limit = PER_PERSON if holder.startswith("user.") else PER_ADDRESS
    if _open[holder] >= limit or held() >= PER_PROCESS:
        raise TooMany(holder)
    _open[holder] += 1


def leave(holder: str) -> None:
    _open[holder] -= 1
    if _open[holder] <= 0:
        del _open[holder]


def held() -> int:
    """How many sockets this process holds open."""
    return _open.total()


def address_of(scope: dict[str, Any]) -> str:
    """Where a visitor's socket comes from."""
    forwarded = dict(scope.get("headers", [])).get(b"x-forwarded-for", b"").decode("latin-1")
    return client_address(str((scope.get("client") or ("", 0))[0]), forwarded)
