"""Who is related to whom: the cards asked for with all they are linked to, small enough to be drawn, and as a table."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from atlas import layers, linked, queries, relations
from atlas.filters import kind_word
from atlas.models import CardTopic, Topic
from frontend.amounts import amount_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from atlas.models import CardQuerySet, Link

    Json = dict[str, Any]

MOST_LINKS = 2000
MOST_NODES = 600  # what the drawing stays readable and quick with


@dataclass(frozen=True)
class Thing:
    """What stands at an end of a relation: a card, or a topic that joins those who are about it."""

    uri: str
    url: str
    title: str
    kind: str
    flag: str
    language: str = ""

    @property
    def kind_word(self) -> str:
        return kind_word(self.kind)


@dataclass(frozen=True)
class Edge:
    """`source` stands in a relation to `target`: `words` between the two make a sentence. `amount` is in words."""

    source: Thing
    target: Thing
    words: str
    state: str = ""
    amount: str = ""


@dataclass(frozen=True)
class Network:
    """What is drawn, and the same as a table; `left_out` things did not fit, `alone` are related to nothing."""

    things: list[Thing]
    edges: list[Edge]
    left_out: int
    alone: int


def drawn(asked: CardQuerySet, visible: CardQuerySet, layer: str = "") -> Network:
    """The cards asked for that are related to something, as a layer of the network shows it, and what they are related
    to. A relation shows only where its source and both its ends are visible. The best linked stay. Six queries."""
    links = list(linked.asked_for(asked, visible, layer)[:MOST_LINKS])
    about = _about(asked, layer)
    ends = [(link.from_uri, link.to_uri) for link in links]
    ends += [(each.card.uri, each.iri) for each in about]
    degree = Counter(uri for pair in ends for uri in pair)
    kept = {uri for uri, _count in degree.most_common(MOST_NODES)}
    things = things_called(kept, visible, (each.topic for each in about))
    edges = edges_between(things, links, about)
    joined = {thing.uri for edge in edges for thing in (edge.source, edge.target)}
    shown = [thing for uri, thing in things.items() if uri in joined]
    alone = asked.order_by().exclude(_is_linked(visible, layer)).count()
    return Network(shown, edges, len(degree) - len(shown), alone)


def edges_between(things: dict[str, Thing], links: Iterable[Link], about: Iterable[CardTopic]) -> list[Edge]:
    """The relations both ends of which are among the things, in the order given; then what is about which topic."""
    edges = [
        Edge(
            things[link.from_uri],
            things[link.to_uri],
            relations.words_for(link.relation),
            relations.state_words(link.state),
            _amount(link),
        )
        for link in links
        if link.from_uri in things and link.to_uri in things
    ]
    return edges + [
        Edge(things[each.card.uri], things[each.iri], _("is about"))
        for each in about
        if each.card.uri in things and each.iri in things
    ]


def as_json(network: Network) -> Json:
    """What the drawing needs: `nodes` and `links`, and in `left_out` how many nodes did not fit."""
    return {
        "nodes": [
            {
                "uri": thing.uri,
                "url": thing.url,
                "title": thing.title,
                "kind": thing.kind,
                "kind_word": thing.kind_word,
                "topic": thing.flag,
                "language": thing.language,
            }
            for thing in network.things
        ],
        "links": [
            {
                "from": edge.source.uri,
                "to": edge.target.uri,
                "relation": edge.words,
                "state": edge.state,
                "amount": edge.amount,
            }
            for edge in network.edges
        ],
        "left_out": network.left_out,
    }


def _is_linked(visible: CardQuerySet, layer: str) -> Q:
    """Whether a card is related to something visible."""
    links = linked.seen(visible, layer)
    joined = Q(Exists(links.filter(from_uri=OuterRef("uri")))) | Q(Exists(links.filter(to_uri=OuterRef("uri"))))
    if layer == layers.SUPPORT:
        joined |= Q(Exists(linked.about(layer).filter(card=OuterRef("pk"))))
    return joined


def _about(asked: CardQuerySet, layer: str) -> list[CardTopic]:
    """Which topics join needs with what would meet them; in that layer only, the newest first."""
    if layer != layers.SUPPORT:
        return []
    return list(linked.about_asked(asked, layer).select_related("card", "topic")[:MOST_LINKS])


def things_called(wanted: Iterable[str], visible: CardQuerySet, topics: Iterable[Topic]) -> dict[str, Thing]:
    """By address: the cards newest first, then those of the topics. Two queries."""
    wanted = set(wanted)
    cards = visible.filter(uri__in=wanted)
    flags = queries.flags_of(cards)
    found = {
        card.uri: Thing(card.uri, card.url, card.title, card.kind, flags.get(card.pk, ""), card.language)
        for card in cards.newest_first()
    }
    for topic in sorted({each.iri: each for each in topics}.values(), key=lambda each: each.order):
        if topic.iri in wanted:
            found[topic.iri] = Thing(topic.iri, topic.get_absolute_url(), topic.label(), "topic", topic.flag)
    return found


def _amount(link: Link) -> str:
    return "" if link.amount is None else amount_words(link.amount, link.currency)
