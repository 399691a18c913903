"""What may be followed, and who may be told of a thing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from atlas.models import Card, Topic
from federation import actors, audiences
from federation.models import Actor, AudienceKey
from notifications.models import Follow

if TYPE_CHECKING:
    from accounts.models import User


class NotFollowable(LookupError):
    """There is nothing of that kind that this person can see."""


def require_followable(user: User, kind: str, target: str) -> None:
    """Raises NotFollowable: absent and forbidden are the same."""
    if kind == Follow.Kind.TOPIC:
        found = Topic.objects.filter(scheme=Topic.Scheme.TOPIC, iri=target)
    elif kind in Follow.Kind.values:
        found = Card.objects.visible_to(reader(user)).filter(kind=kind, uri=target)
    else:
        raise NotFollowable(f"a {kind} cannot be followed")
    if not found.exists():
        raise NotFollowable(f"no {kind} at {target}")


def reader(user: User) -> Actor:
    """The actor `user` reads with."""
    return actors.for_user(user)


def may_read(user_ids: Iterable[int], card: Card) -> set[int]:
    """Those of these people of this node who may see `card`."""
    ids = set(user_ids)
    if card.node is not None and card.node.blocked_at is not None:
        return set()
    if card.audience in {audiences.PUBLIC, audiences.this_node()}:
        return ids
    keys = AudienceKey.objects.filter(audience=card.audience, actor__user__in=ids)
    return set(keys.values_list("actor__user", flat=True))
