"""Somebody of ours does not want to meet a person, a group, or anybody of a node. Nobody is told, nothing is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from federation import actors
from federation.models import Actor, Block, Node

if TYPE_CHECKING:
    from django.db.models import QuerySet

MOST_BLOCKS = 1_000  # of one person: every list they read asks for them


class TooManyBlocks(ValueError):
    """Somebody blocks as many as can be kept."""


class CannotBlock(ValueError):
    """Oneself, or what nobody here has heard of."""


def block(blocker: Actor, uri: str) -> Block:
    """From now on `blocker` meets nothing of the actor at `uri`. A second time changes nothing.

    Raises CannotBlock, TooManyBlocks.
    """
    blocked = Actor.objects.filter(uri=uri).exclude(type=Actor.Type.APPLICATION).first()
    if blocked is None or blocked.pk == blocker.pk:
        raise CannotBlock(f"{blocker} cannot block {uri[:200]}")
    return _once(blocker, blocked=blocked)


def block_node(blocker: Actor, origin: str) -> Block:
    """The same for everybody on another node. Raises CannotBlock, TooManyBlocks."""
    node = Node.objects.filter(origin=origin).first()
    if node is None:
        raise CannotBlock(f"no node at {origin[:200]} is known")
    return _once(blocker, node=node)


def _once(blocker: Actor, **whom: Actor | Node) -> Block:
    with transaction.atomic():
        actors.one_at_a_time(blocker)
        mine = Block.objects.filter(blocker=blocker)
        held = mine.filter(**whom).first()
        if held is not None:
            return held
        if mine.count() >= MOST_BLOCKS:
            raise TooManyBlocks(f"{MOST_BLOCKS} are blocked")
        return Block.objects.create(blocker=blocker, **whom)


def unblock(blocker: Actor, block_id: int) -> bool:
    """False where they have no such block (any more)."""
    gone, _by_kind = Block.objects.filter(blocker=blocker, pk=block_id).delete()
    return bool(gone)


def blocks_of(blocker: Actor) -> QuerySet[Block]:
    """Newest first."""
    return Block.objects.filter(blocker=blocker).select_related("blocked__node", "node").order_by("-at", "-pk")
