"""What is kept from whom: the one place that says so, as conditions of a query, for rows and for Cards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import CharField, Exists, ExpressionWrapper, OuterRef, Q, Value
from django.db.models.functions import Concat

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from federation.models import Actor, Node, Published

_OF_THINGS = ("hidden", "held", "removed")
_ANY = (*_OF_THINGS, "limited", "suspended")


def _in_force(*levels: str) -> QuerySet[Any]:
    from federation.models import Restriction  # the base of published rows asks here: its models are not loaded yet

    return Restriction.objects.in_force().filter(level__in=levels)


def _blocks(reader: Actor) -> QuerySet[Any]:
    from federation.models import Block

    return Block.objects.filter(blocker=reader.pk)


def shown_to(reader: Actor | None) -> Q:
    """Of published rows, those that no steward keeps from `reader` and nobody they block speaks in.

    Who wrote a thing sees it all the same unless it was removed, and the stewards of this node see everything.
    """
    kept = Q(uri__in=_in_force("hidden", "held").values("object_uri"))
    kept |= Q(actor__in=_in_force("suspended").values("actor"))
    if not reader:
        return ~kept & left_to(reader)
    if is_node_steward(reader):
        return ~_of_whom_they_block(reader)
    mine = Q(author=reader.pk) | Q(actor=reader.pk)
    return (~kept | mine) & left_to(reader) & ~_of_whom_they_block(reader)


def left_to(reader: Actor | None) -> Q:
    """Of published rows, all but those that a steward removed: as long as one can be brought back, only the stewards of
    this node see it, and nobody else does anything with it, whose ever it is."""
    return Q() if is_node_steward(reader) else ~Q(uri__in=_in_force("removed").values("object_uri"))


def kept_from_others() -> Exists:
    """Whether any decision about a row, or about who says it, is in force."""
    about = Q(object_uri=OuterRef("uri")) | Q(actor=OuterRef("actor"))
    return Exists(_in_force(*_ANY).filter(about))


def of_whom_is_limited() -> Q:
    """Of rows with an `actor`, those of somebody who is shown only to who asks for them."""
    return Q(actor__in=_in_force("limited").values("actor"))


def _of_whom_they_block(reader: Actor) -> Q:
    actors = _blocks(reader).filter(blocked__isnull=False).values("blocked")
    return Q(actor__in=actors) | Q(node__in=_blocks(reader).filter(node__isnull=False).values("node"))


def whom_they_block(reader: Actor) -> Q:
    """Of rows with an `actor`, those of whom the reader blocks, or of a node they block."""
    blocks = _blocks(reader)
    apart = Q(actor__in=blocks.filter(blocked__isnull=False).values("blocked"))
    return apart | Q(actor__node__in=blocks.filter(node__isnull=False).values("node"))


def cards_shown_to(reader: Actor | None, *, asked_for: bool = False) -> Q:
    """Of Cards, those that lists, maps and searches show `reader`; with `asked_for` also of who is not shown unasked.

    Cards know no author: what is kept from others is in no list of its author's either, and opens by its address.
    """
    levels = ("suspended",) if asked_for else ("suspended", "limited")
    kept = Q(uri__in=_in_force(*_OF_THINGS).values("object_uri"))
    kept |= Q(speaker_uri__in=_in_force(*levels).values("actor__uri"))
    if reader:
        kept |= Q(speaker_uri__in=_blocks(reader).filter(blocked__isnull=False).values("blocked__uri"))
        kept |= Q(node__in=_blocks(reader).filter(node__isnull=False).values("node"))
    return ~kept


def cards_kept_from(reader: Actor | None) -> tuple[Q | None, set[int]]:
    """What `cards_shown_to` leaves out, named one by one for an index to find, since it is little: Cards for what they
    are or who speaks, None where there are none, and the primary keys of nodes. One query, two for a person."""
    concerned = _in_force(*_OF_THINGS, "suspended", "limited").values_list("level", "object_uri", "actor__uri")
    uris, speakers, nodes = set(), set(), set()
    for level, object_uri, actor_uri in concerned:
        if level in _OF_THINGS:
            uris.add(object_uri)
        else:
            speakers.add(actor_uri)
    for blocked, node in _blocks(reader).values_list("blocked__uri", "node") if reader else ():
        if node is None:
            speakers.add(blocked)
        else:
            nodes.add(node)
    return (Q(uri__in=uris) | Q(speaker_uri__in=speakers) if uris or speakers else None), nodes


def is_node_steward(reader: Actor | None) -> bool:
    return bool(reader and reader.is_ours and reader.user is not None and reader.user.is_steward)


def is_off_the_network(row: Published) -> bool:
    """Whether a steward of this node keeps a thing of ours from everybody, so that other nodes must not have it.

    What a group elsewhere took out of its talk is its own decision about its own talk. One query.
    """
    ours = Q(group__isnull=True) | Q(group__node__isnull=True)
    off = _in_force(*_OF_THINGS).filter(ours, object_uri=row.uri)
    return (off | _in_force("suspended").filter(actor=row.actor_id)).exists()


def waits_for_a_steward(uri: str) -> bool:
    """Whether a thing waits for a steward: it has not been published to anybody yet."""
    return _in_force("held").filter(object_uri=uri).exists()


def has_waited(uri: str) -> bool:
    """Whether a thing waits for a steward, or did before it was let through."""
    from federation.models import Restriction

    return Restriction.objects.filter(object_uri=uri, level=Restriction.Level.HELD).exists()


def is_removed(uri: str) -> bool:
    """Whether a steward removed a thing that can still be brought back."""
    return _in_force("removed").filter(object_uri=uri).exists()


def is_suspended(*actors: Actor) -> bool:
    return _in_force("suspended").filter(actor__in=[actor.pk for actor in actors]).exists()


def is_limited(actor_uri: str) -> bool:
    return _in_force("limited").filter(actor__uri=actor_uri).exists()


def is_hidden(uri: str, speaker_uri: str) -> bool:
    """Whether all but the stewards, and perhaps its author, are kept from a thing, by itself or with all its speaker
    says."""
    hidden = _in_force(*_OF_THINGS).filter(object_uri=uri)
    return (hidden | _in_force("suspended").filter(actor__uri=speaker_uri)).exists()


def standing_of(uri: str, speaker: Actor) -> list[Any]:
    """The decisions in force about a thing or about who says it, newest first. One query."""
    about = Q(object_uri=uri) | Q(actor=speaker.pk)
    return list(_in_force(*_ANY).filter(about).order_by("-made_at"))


def of_things(uris: Iterable[str]) -> dict[str, list[Any]]:
    """The decisions in force about many things. One query."""
    found: dict[str, list[Any]] = {}
    for each in _in_force(*_OF_THINGS).filter(object_uri__in=list(uris)):
        found.setdefault(each.object_uri, []).append(each)
    return found


def users_blocking(speaker_uri: str, node: Node | None) -> set[int]:
    """The accounts of people here who do not want to meet this speaker, or the node it speaks from."""
    from federation.models import Block

    met = Q(blocked__uri=speaker_uri) | (Q(node=node.pk) if node is not None else Q(pk__in=[]))
    rows = Block.objects.filter(met, blocker__user__isnull=False)
    return set(rows.values_list("blocker__user", flat=True))


def keep_apart(one: Actor, other: Actor) -> bool:
    """Whether either of two blocks the other, or the other's node."""
    from federation.models import Block

    def blocks(blocker: Actor, met: Actor) -> Q:
        about = Q(blocked=met.pk) | (Q(node=met.node_id) if met.node_id else Q(pk__in=[]))
        return Q(blocker=blocker.pk) & about

    return Block.objects.filter(blocks(one, other) | blocks(other, one)).exists()


def of_blocked_nodes(column: str) -> Exists:
    """Of tables with addresses and no node: whether the address in a column is on one that is blocked here."""
    from federation.models import Node

    address = ExpressionWrapper(OuterRef(column), output_field=CharField())
    blocked = Node.objects.filter(blocked_at__isnull=False).annotate(address=address)
    return Exists(blocked.filter(address__startswith=Concat("origin", Value("/"))))
