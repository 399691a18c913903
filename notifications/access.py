"""What may be followed, and who may be told of a thing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from atlas import lists
from atlas.models import Card, Topic
from federation import actors, audiences, restrictions
from federation.models import Actor, AudienceKey
from notifications.models import Follow

if TYPE_CHECKING:
    from accounts.models import User
    from atlas.models import CardQuerySet
    from federation.models import Published

LONGEST_TARGET = Follow._meta.get_field("target").max_length


class NotFollowable(LookupError):
    """There is nothing of that kind that this person can see."""


AREA_LENGTHS = range(2, 101)  # characters: one letter is no area, more does not stand on a card


def followable(user: User, kind: str, target: str) -> str:
    """`target` as it is kept. Raises NotFollowable: absent and forbidden are the same."""
    if kind == Follow.Kind.AREA:
        return _area(target)
    visible = Card.objects.visible_to(reader(user))
    if kind == Follow.Kind.FILTER:
        return _search(target, visible)
    if kind == Follow.Kind.TOPIC:
        found = Topic.objects.filter(scheme=Topic.Scheme.TOPIC, iri=target)
    elif kind in Follow.Kind.values:
        # Whoever is limited is shown to those who have the address: and so they can begin to follow.
        found = Card.objects.asked_for_by(reader(user)).filter(kind=kind, uri=target)
    else:
        raise NotFollowable(f"a {kind} cannot be followed")
    if not found.exists():
        raise NotFollowable(f"no {kind} at {target}")
    return target


def _area(words: str) -> str:
    """An area nobody has published in yet can be followed: that is when one wants to hear."""
    words = " ".join(words.split())
    if len(words) not in AREA_LENGTHS:
        raise NotFollowable(f"an area has {AREA_LENGTHS[0]} to {AREA_LENGTHS[-1]} characters")
    return words


def _search(address: str, visible: CardQuerySet) -> str:
    """The address of a list with what can be read of its filters, and nothing else."""
    try:
        card_list, query = lists.search_at(address)
    except lists.NoSuchList as error:
        raise NotFollowable(str(error)) from None
    kept = lists.address_of(card_list.path, card_list.filtered(query, visible))
    if not kept or len(kept) > LONGEST_TARGET:
        raise NotFollowable(f"nothing to follow in {address}")
    return kept


def reader(user: User) -> Actor:
    """The actor `user` reads with."""
    return actors.for_user(user)


def may_read(user_ids: Iterable[int], card: Card | Published) -> set[int]:
    """Those of these people of this node who may see a thing, by its card or its row, and do not block who says it."""
    ids = set(user_ids)
    if card.node is not None and card.node.blocked_at is not None:
        return set()
    speaker_uri = card.speaker_uri if isinstance(card, Card) else card.actor.uri
    if restrictions.is_hidden(card.uri, speaker_uri):
        return set()
    ids -= restrictions.users_blocking(speaker_uri, card.node)
    if card.audience in {audiences.PUBLIC, audiences.this_node()}:
        return ids
    keys = AudienceKey.objects.filter(audience=card.audience, actor__user__in=ids)
    return set(keys.values_list("actor__user", flat=True))
