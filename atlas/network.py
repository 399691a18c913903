"""Who is related to whom: the cards asked for with all they are linked to, small enough to be drawn."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from atlas import queries, relations
from atlas.filters import kind_word
from atlas.models import Card, Link

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from atlas.models import CardQuerySet

    Json = dict[str, Any]

MOST_LINKS = 2000
MOST_NODES = 600  # what the drawing stays readable and quick with


@dataclass(frozen=True)
class Relation:
    """One line under a card in the list: the words between, and what stands at the other end."""

    words: str
    other: Card
    is_outward: bool


def neighbourhood(asked: CardQuerySet, visible: CardQuerySet) -> Json:
    """What the drawing needs: `nodes` and `links`, and in `left_out` how many nodes did not fit.

    A link shows only where its source and both its ends are visible. The best linked nodes stay.
    """
    links = list(_links(visible, within=asked.order_by().values("uri"))[:MOST_LINKS])
    degree = Counter(uri for link in links for uri in (link.from_uri, link.to_uri))
    kept = {uri for uri, _count in degree.most_common(MOST_NODES)}
    cards = visible.filter(uri__in=kept)
    flags = queries.flags_of(cards)
    return {
        "nodes": [_node(card, flags.get(card.pk, "")) for card in cards.newest_first()],
        "links": [
            {"from": link.from_uri, "to": link.to_uri, "relation": relations.words_for(link.relation)}
            for link in links
            if link.from_uri in kept and link.to_uri in kept
        ],
        "left_out": len(degree) - len(kept),
    }


def relations_of(cards: Sequence[Card], visible: CardQuerySet, most: int = 6) -> dict[str, list[Relation]]:
    """The lines under each of these cards, by URI: at most `most` for each. Two queries."""
    uris = {card.uri for card in cards}
    links = list(_links(visible, within=uris)[:MOST_LINKS])
    ends = {uri for link in links for uri in (link.from_uri, link.to_uri)}
    known = {card.uri: card for card in visible.filter(uri__in=ends)}
    lines: dict[str, list[Relation]] = {uri: [] for uri in uris}
    for link in links:
        words = relations.words_for(link.relation)
        for here, there in ((link.from_uri, link.to_uri), (link.to_uri, link.from_uri)):
            if here in lines and there in known and len(lines[here]) < most:
                lines[here].append(Relation(words, known[there], here == link.from_uri))
    return lines


def _links(visible: CardQuerySet, *, within: Any) -> QuerySet[Link]:
    seen = visible.order_by().values("uri")
    return (
        Link.objects.filter(Q(from_uri__in=within) | Q(to_uri__in=within))
        .filter(source_uri__in=seen, from_uri__in=seen, to_uri__in=seen)
        .order_by("-pk")
    )


def _node(card: Card, flag: str) -> Json:
    return {
        "uri": card.uri,
        "url": card.url,
        "title": card.title,
        "kind": card.kind,
        "kind_word": kind_word(card.kind),
        "topic": flag,
    }
