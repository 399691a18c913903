"""Who does what with an activity: a table of verbs, filled by this app and by the kinds above it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from federation.models import Actor, Node

Json = dict[str, Any]


@dataclass(frozen=True)
class Incoming:
    """One activity whose signature, origin and sender were checked. `actor` did it; `node` is where they live.

    `target` is the row of ours or theirs the activity is about, where there is one; `inner` the activity inside it
    (the Join of an Accept), and `vouched` whoever did that one, where its own proof says so.
    """

    activity: Json
    actor: Actor
    node: Node
    kind: str = ""
    target: Any = None
    inner: Json | None = None
    vouched: Actor | None = None

    @property
    def uri(self) -> str:
        return str(self.activity["id"])


def id_of(value: Any) -> str | None:
    """The address of what an activity names, whether it stands there whole or by its address alone."""
    if isinstance(value, dict):
        value = value.get("id")
    return value if isinstance(value, str) else None


_TABLE: dict[tuple[str, str, str], Callable[[Incoming], str]] = {}


class Refused(Exception):
    """The activity was understood and is not allowed; the text says why, for the sender and for the desk."""


def verb(
    name: str, *, of: str = "", kind: str = ""
) -> Callable[[Callable[[Incoming], str]], Callable[[Incoming], str]]:
    """Register the handler for a verb on one kind, or for any kind with none named.

    `of` is the type of the inner activity: `verb("Accept", of="Join", kind="group")`. The handler runs inside the
    transaction that finishes the receipt, and returns the outcome in a few words.
    """

    def register(handler: Callable[[Incoming], str]) -> Callable[[Incoming], str]:
        key = (name, of, kind)
        if key in _TABLE:
            raise ValueError(f"{key} already has a handler")
        _TABLE[key] = handler
        return handler

    return register


def handler_for(name: str, of: str, kind: str) -> Callable[[Incoming], str] | None:
    """The handler for a kind, else the one for any kind, else None."""
    return _TABLE.get((name, of, kind)) or _TABLE.get((name, of, ""))


def known_verbs() -> list[tuple[str, str, str]]:
    """All registered (verb, inner verb, kind), for FEDERATION.md and its test."""
    return sorted(_TABLE)
