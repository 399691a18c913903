"""Which relations a reader may see, and what stands around one thing by them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from atlas import layers
from atlas.models import CardTopic, Topic

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from atlas.models import CardQuerySet, Link


def seen(visible: CardQuerySet, layer: str) -> QuerySet[Link]:
    """The relations of a layer whose source and both ends are visible."""
    links = layers.links_of(layer)
    for end in ("source_uri", "from_uri", "to_uri"):
        links = links.filter(stands_in(visible, end))
    return links


def asked_for(asked: CardQuerySet, visible: CardQuerySet, layer: str) -> QuerySet[Link]:
    """Those with an end among the cards asked for, the newest first."""
    ends = stands_in(asked, "from_uri") | stands_in(asked, "to_uri")
    return seen(visible, layer).filter(ends).order_by("-pk")


def stands_in(cards: CardQuerySet, column: str) -> Exists:
    """Whether the thing that a column of Link names is one of these cards. Asked link by link: gathering all that is
    visible first takes SQLite minutes in a city of 20,000 things, and a page shows some of the links only."""
    return Exists(cards.order_by().filter(uri=OuterRef(column)))


def touching(uri: str, visible: CardQuerySet, layer: str) -> QuerySet[Link]:
    """The relations that a thing has, whichever end of them it is."""
    return seen(visible, layer).filter(Q(from_uri=uri) | Q(to_uri=uri))


def about(layer: str) -> QuerySet[CardTopic]:
    """What is about which topic, as far as a layer has topics between its things."""
    rows = CardTopic.objects.filter(topic__scheme=Topic.Scheme.TOPIC)
    if not layer:
        return rows
    return rows.filter(card__kind__in=layers.kinds_of(layer)) if layer == layers.SUPPORT else rows.none()


def about_asked(asked: CardQuerySet, layer: str) -> QuerySet[CardTopic]:
    """That of all the cards asked for, the newest first. Gathered at once: one by one, so many take twice as long."""
    return about(layer).filter(card__in=asked.order_by().values("pk")).order_by("-card_id", "topic__order")


def around(uri: str, visible: CardQuerySet, layer: str) -> Q:
    """Of cards, the one at an address and those that are directly related to it; of a topic, those that are about it.

    Its neighbours are gathered first, which are few. Where nobody may see it, none of its relations is seen either.
    """
    links = seen(visible, layer)
    there = Q(uri__in=links.filter(from_uri=uri).values("to_uri"))
    back = Q(uri__in=links.filter(to_uri=uri).values("from_uri"))
    return Q(uri=uri) | there | back | Q(pk__in=about(layer).filter(topic_id=uri).values("card"))
