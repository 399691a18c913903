"""One thing with what it is directly related to: in a sentence, as a table, and as what is drawn around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from atlas import cards, linked, network, queries
from atlas.filters import kind_plural
from atlas.network import MOST_LINKS, Edge, Network, Thing

if TYPE_CHECKING:
    from atlas.filters import CardFilter
    from atlas.models import CardQuerySet, CardTopic, Link

MOST_DRAWN = 24  # relations around the middle: more do not fit on a phone


@dataclass(frozen=True)
class Spoke:
    """A relation between the middle and a neighbour; outward where the sentence begins with the middle."""

    neighbour: Thing
    edge: Edge
    is_outward: bool


@dataclass(frozen=True)
class Neighbourhood:
    """`network` has all relations of the middle, as a table; the drawing has `spokes`, the newest. `kinds` says how
    many of each kind it is related to, in words. Without a middle there is nothing that the reader may see."""

    middle: Thing | None
    network: Network
    spokes: list[Spoke]
    related: int
    kinds: list[tuple[str, int]]

    @property
    def not_drawn(self) -> int:
        return len(_spokes(self.middle, self.network.edges)) - len(self.spokes) if self.middle else 0

    @property
    def groups(self) -> dict[tuple[str, bool], list[Spoke]]:
        """The spokes by the words of their relation and whether it leads outward, in the order of the newest."""
        found: dict[tuple[str, bool], list[Spoke]] = {}
        for spoke in self.spokes:
            found.setdefault((spoke.edge.words, spoke.is_outward), []).append(spoke)
        return found


def shown(filters: CardFilter, visible: CardQuerySet) -> Network:
    """What the network shows of what was asked for: around one thing, or of all of it."""
    if "around" in filters.in_force:
        return around(filters, visible).network
    return network.drawn(filters.qs, visible, filters.in_force.get("layer", ""))


def around(filters: CardFilter, visible: CardQuerySet) -> Neighbourhood:
    """What the thing or topic that was asked for is related to, of what the other filters leave. Five queries."""
    uri, topic = filters.in_force["around"], filters.topic_in_the_middle
    links, about = _links(filters, visible, uri), _about(filters, uri)
    ends = [end for link in links for end in (link.from_uri, link.to_uri)]
    ends += [end for each in about for end in (each.card.uri, each.iri)]
    kept = list(dict.fromkeys([uri, *ends]))[: network.MOST_NODES + 1]
    topics = [each.topic for each in about] if topic is None else [topic]
    things = network.things_called(kept, visible, topics)
    counted = queries.per_kind(filters.qs.exclude(uri=uri), cards.kinds())
    if about and topic is None:
        counted["topic"] = len(about)
    related, middle = sum(counted.values()), things.get(uri)
    edges = network.edges_between(things, links, about)
    others = [thing for thing in things.values() if middle is not None and thing.uri != uri]
    return Neighbourhood(
        middle,
        Network([middle, *others] if middle else [], edges, related - len(others), alone=0),
        _spokes(middle, edges)[:MOST_DRAWN] if middle else [],
        related,
        [(kind_plural(kind), number) for kind, number in counted.items()],
    )


def _links(filters: CardFilter, visible: CardQuerySet, uri: str) -> list[Link]:
    """The relations of the middle with what the other filters leave, the newest first."""
    asked, layer = filters.without("around"), filters.in_force.get("layer", "")
    there = Q(from_uri=uri) & Q(linked.stands_in(asked, "to_uri"))
    back = Q(to_uri=uri) & Q(linked.stands_in(asked, "from_uri"))
    return list(linked.touching(uri, visible, layer).filter(there | back).order_by("-pk")[:MOST_LINKS])


def _about(filters: CardFilter, uri: str) -> list[CardTopic]:
    """What is about the topic in the middle, or what the thing there is about, the newest first."""
    named = {"card__uri": uri} if filters.topic_in_the_middle is None else {"topic_id": uri}
    asked = filters.without("around").order_by().filter(pk=OuterRef("card"))  # one by one: of one thing they are few
    rows = linked.about(filters.in_force.get("layer", "")).filter(Exists(asked), **named)
    return list(rows.select_related("card", "topic").order_by("-card_id", "topic__order")[:MOST_LINKS])


def _spokes(middle: Thing, edges: list[Edge]) -> list[Spoke]:
    """Each once, although both ends may have told of it."""
    found: dict[tuple[str, str, bool], Spoke] = {}
    for edge in edges:
        is_outward = edge.source.uri == middle.uri
        neighbour = edge.target if is_outward else edge.source
        found.setdefault((neighbour.uri, edge.words, is_outward), Spoke(neighbour, edge, is_outward))
    return list(found.values())
