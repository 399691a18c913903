"""A tiny kind for tests of the atlas: things in a dictionary, journalled as real kinds are."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction

from atlas import cards
from atlas.cards import CardData
from federation import audiences
from federation.models import Node
from journal import record

HOUSING, RENTING = "urn:flotilla:topic:housing", "urn:flotilla:topic:private-renting"
PLANNING = "urn:flotilla:topic:planning"
MAPPING = "urn:flotilla:topic:mapping"
KINDS = ("sail", "buoy", "crew")

_things: dict[str, CardData] = {}


@cards.builder(*KINDS)
def harbour_card(uri: str) -> CardData | None:
    return _things.get(uri)


def clear() -> None:
    _things.clear()


def publish(number: int | str, *, kind: str = "sail", node: Node | None = None, **more: Any) -> str:
    """A thing out in the open, with its journal entry; returns its URI."""
    origin = node.origin if node else settings.ORIGIN
    uri = f"{origin}/{kind}s/{number}"
    when = dt.datetime(2026, 11, 1, 12, 0, tzinfo=dt.UTC)
    known: dict[str, Any] = {
        "kind": kind,
        "uri": uri,
        "url": f"/{kind}s/{number}",
        "title": f"{kind.title()} number {number}",
        "audience": audiences.PUBLIC,
        "published": when,
        "updated": when,
        "node": node,
    }
    happened = "changed" if uri in _things else "published"
    _things[uri] = CardData(**(known | more))
    _record(f"{kind}.{happened}", uri, node)
    return uri


def withdraw(uri: str) -> None:
    gone = _things.pop(uri)
    _record(f"{gone.kind}.withdrawn", uri, gone.node)


def _record(name: str, uri: str, node: Node | None) -> None:
    with transaction.atomic():
        record(name, uri, actor=f"{settings.ORIGIN}/people/alice", origin="peer" if node else "here")
