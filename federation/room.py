"""Whether there is room for one more of what another server fills our tables with."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.utils import timezone

from federation import limits
from federation.models import Actor, Document, Node
from federation.values import BadField

if TYPE_CHECKING:
    from collections.abc import Callable


class NoRoom(BadField):
    """Nothing is wrong with it: there is only too much of that server. Tomorrow there may be room again."""


def require_for_actor(uri: str, node: Node) -> None:
    """Only so many people a day that nobody here has heard of: a server can make them up. Raises NoRoom."""
    known = node.peering in Node.SHARING
    most = limits.NEW_ACTORS_PER_NEIGHBOUR_PER_DAY if known else limits.NEW_ACTORS_PER_STRANGER_PER_DAY
    yesterday = timezone.now() - dt.timedelta(seconds=limits.DAY)
    new = Actor.objects.filter(node=node, heard_at__gt=yesterday)
    if _counted(f"actors:{node.pk}", new.count) >= most and not Actor.objects.filter(uri=uri).exists():
        raise NoRoom("actor", uri, f"at most {most} new actors of {node.origin} in a day")


def require_for_document(uri: str, node: Node) -> None:
    """Only so many things of one server, tombstones included. Raises NoRoom."""
    most = limits.DOCUMENTS_PER_NEIGHBOUR if node.peering in Node.SHARING else limits.DOCUMENTS_PER_STRANGER
    held = Document.objects.filter(node=node)
    if _counted(f"documents:{node.pk}", held.count) >= most and not held.filter(uri=uri).exists():
        raise NoRoom("id", uri, f"at most {most} things of {node.origin}")


def _counted(name: str, count: Callable[[], int]) -> int:
    """Counted once in a minute: what comes meanwhile is bounded by how often a server may speak."""
    return cache.get_or_set(f"room:{name}", count, limits.MINUTE) or 0
