"""Who is related to whom: the cards asked for with all they are linked to, small enough to be drawn, and as a table."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from atlas import layers, queries, relations
from atlas.filters import kind_word
from atlas.models import Card, CardTopic, Topic

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

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
    links = list(_links(visible, within=asked.order_by().values("uri"), layer=layer)[:MOST_LINKS])
    about = _about(asked, layer)
    ends = [(link.from_uri, link.to_uri) for link in links]
    ends += [(each.card.uri, each.iri) for each in about]
    degree = Counter(uri for pair in ends for uri in pair)
    kept = {uri for uri, _count in degree.most_common(MOST_NODES)}
    things = _things(visible, kept, about)
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
    edges += [
        Edge(things[each.card.uri], things[each.iri], _("is about"))
        for each in about
        if each.card.uri in things and each.iri in things
    ]
    joined = {thing.uri for edge in edges for thing in (edge.source, edge.target)}
    shown = [thing for uri, thing in things.items() if uri in joined]
    alone = asked.order_by().exclude(uri__in=_linked(visible, layer)).exclude(pk__in=_with_topic(layer)).count()
    return Network(shown, edges, len(degree) - len(shown), alone)


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


def _links(visible: CardQuerySet, *, within: Any, layer: str) -> QuerySet[Link]:
    """Those with an end within what is asked for, the newest first."""
    return seen(visible, layer).filter(Q(from_uri__in=within) | Q(to_uri__in=within)).order_by("-pk")


def _linked(visible: CardQuerySet, layer: str) -> QuerySet[Card, Any]:
    """The addresses of visible cards that are related to something visible."""
    links = seen(visible, layer)
    ends = Q(uri__in=links.values("from_uri")) | Q(uri__in=links.values("to_uri"))
    return visible.order_by().filter(ends).values("uri")


def seen(visible: CardQuerySet, layer: str) -> QuerySet[Link]:
    """The relations of a layer whose source and both ends are visible."""
    cards = visible.order_by().values("uri")
    return layers.links_of(layer).filter(source_uri__in=cards, from_uri__in=cards, to_uri__in=cards)


def _about(asked: CardQuerySet, layer: str) -> list[CardTopic]:
    """Which topics join needs with what would meet them; in that layer only, the newest first."""
    if layer != layers.SUPPORT:
        return []
    supporting = asked.order_by().filter(kind__in=layers.kinds_of(layer))
    rows = CardTopic.objects.filter(card__in=supporting.values("pk"), topic__scheme=Topic.Scheme.TOPIC)
    return list(rows.select_related("card", "topic").order_by("-card_id", "topic__order")[:MOST_LINKS])


def _with_topic(layer: str) -> QuerySet[Any, Any]:
    """Primary keys of cards that a topic joins with others."""
    if layer != layers.SUPPORT:
        return Card.objects.none().values("pk")
    joined = CardTopic.objects.filter(topic__scheme=Topic.Scheme.TOPIC)
    return Card.objects.filter(kind__in=layers.kinds_of(layer), pk__in=joined.values("card")).values("pk")


def _things(visible: CardQuerySet, kept: Iterable[str], about: list[CardTopic]) -> dict[str, Thing]:
    """By address: the cards newest first, then the topics."""
    wanted = set(kept)
    cards = visible.filter(uri__in=wanted)
    flags = queries.flags_of(cards)
    found = {
        card.uri: Thing(card.uri, card.url, card.title, card.kind, flags.get(card.pk, ""), card.language)
        for card in cards.newest_first()
    }
    topics = {each.iri: each.topic for each in about if each.iri in wanted}
    for iri, topic in sorted(topics.items(), key=lambda each: each[1].order):
        found[iri] = Thing(iri, topic.get_absolute_url(), topic.label(), "topic", topic.flag)
    return found


def _amount(link: Link) -> str:
    if link.amount is None:
        return ""
    decimals = 0 if link.amount == link.amount.to_integral_value() else 2
    return f"{number_format(link.amount, decimal_pos=decimals, force_grouping=True)} {link.currency}"
