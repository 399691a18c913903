"""The rows behind each address, each in a fixed number of queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Count, Exists, F, OuterRef, Prefetch

from atlas import linked, queries
from atlas.access import cards_for, cards_of
from atlas.models import Area, CardTopic, Topic
from atlas.vocabulary import Vocabulary
from federation.models import Node
from frontend import shell

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from atlas.models import CardQuerySet, Link

    Json = dict[str, Any]

COUNTED = (Topic.Scheme.TOPIC, Topic.Scheme.AXIS, Topic.Scheme.SUPPORT)
"""Schemes whose concepts stand on things; of the others the atlas does not know how many there are."""


def visible_to(request: HttpRequest) -> CardQuerySet:
    """What the pages show whoever asks. A script on another website gets what they show a stranger, whatever cookies
    its browser sent along."""
    return cards_of(None) if from_elsewhere(request) else cards_for(request)


def from_elsewhere(request: HttpRequest) -> bool:
    """Whether a page of another website has a browser ask (Fetch, “origin header”)."""
    return request.headers.get("Origin", settings.ORIGIN) != settings.ORIGIN


def things(cards: CardQuerySet) -> CardQuerySet:
    """With what a thing says of itself. One query more, for the topics."""
    topics = Prefetch("card_topics", CardTopic.objects.order_by("topic_id"), to_attr="filed")
    # Not the area itself: its outline can take a hundred kilobytes.
    return cards.select_related("node").annotate(within_slug=F("within__slug")).prefetch_related(topics)


def links(visible: CardQuerySet, *, layer: str, **wanted: str) -> QuerySet[Link]:
    """In an order that lasts: a link is written anew, with another key, whenever its source changes."""
    named = {column: value for column, value in wanted.items() if value}
    return linked.seen(visible, layer).filter(**named).order_by("source_uri", "from_uri", "to_uri", "relation")


def topics(scheme: str) -> QuerySet[Topic]:
    wanted = Topic.objects.filter(scheme=scheme) if scheme else Topic.objects.all()
    return wanted.annotate(broader_iri=F("broader__iri")).order_by("scheme", "order", "slug")


def counts(visible: CardQuerySet) -> Mapping[str, int]:
    return queries.per_concept(visible, Vocabulary())


def areas(level: str, within: Area | None) -> QuerySet[Area]:
    """The widest before what lies in it."""
    wanted = Area.objects.below(within).exclude(pk=within.pk) if within else Area.objects.all()
    wanted = wanted.filter(level=level) if level else wanted
    return wanted.without_shapes().annotate(broader_slug=F("broader__slug")).order_by("path")


def other_nodes(visible: CardQuerySet) -> QuerySet[Node]:
    """Those that something visible comes from."""
    comes_from_it = Exists(visible.order_by().filter(node=OuterRef("pk")))
    return Node.objects.filter(comes_from_it, blocked_at__isnull=True).order_by("origin")


def counts_of(visible: CardQuerySet, nodes: Collection[Node]) -> dict[int, int]:
    """How many things come from each node. One query."""
    rows = visible.order_by().filter(node__in=[node.pk for node in nodes]).values_list("node")
    return dict(rows.annotate(count=Count("pk")))


def this_node(visible: CardQuerySet) -> Json:
    """One query."""
    count = visible.order_by().filter(node__isnull=True).count()
    return {"origin": settings.ORIGIN, "name": shell.node_name(), "here": True, "things": count}
