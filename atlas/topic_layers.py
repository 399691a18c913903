"""What the layers of the topics' view show beside the list: counts by node, and gaps between needs and offers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from atlas import filters, queries
from atlas.models import Topic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from atlas.models import CardQuerySet
    from atlas.vocabulary import Vocabulary
    from federation.models import Node


@dataclass(frozen=True)
class NodeCount:
    """How many cards of one node are about a topic; `key` stands for the node in addresses."""

    key: str
    count: int


@dataclass(frozen=True)
class Gap:
    """How many on a topic ask, and how many offer."""

    topic: Topic
    demand: int
    supply: int

    @property
    def missing(self) -> int:
        return self.demand - self.supply

    @property
    def most(self) -> int:
        return max(self.demand, self.supply)


def by_node(cards: CardQuerySet, vocabulary: Vocabulary, nodes: Mapping[str, Node]) -> dict[str, list[NodeCount]]:
    """For each broad topic how much of it is on which node, the most first, by the topic's IRI. One query."""
    keys = {node.pk: key for key, node in nodes.items()}
    about = queries.about_topics(cards, vocabulary)
    counted = about.values_list("top", "card__node").annotate(count=Count("card", distinct=True))
    found: dict[str, list[NodeCount]] = {}
    for top, node, count in counted.order_by("-count", "card__node"):
        if node is None or node in keys:
            found.setdefault(top, []).append(NodeCount(keys[node] if node else filters.HERE, count))
    return found


def gaps(cards: CardQuerySet, vocabulary: Vocabulary) -> list[Gap]:
    """Every topic that somebody asks for or offers something on, the widest gap first. Two queries.

    What stands under a narrower topic counts for the broader one too.
    """
    demand = Count("card", distinct=True, filter=Q(card__direction="need"))
    supply = Count("card", distinct=True, filter=Q(card__direction="offer"))
    about = queries.about_topics(cards.exclude(direction=""), vocabulary)

    def counted(column: str) -> dict[str, tuple[int, int]]:
        rows = about.values_list(column).annotate(demand=demand, supply=supply)
        return {iri: (needs, offers) for iri, needs, offers in rows}

    broadest = {each.iri for each in vocabulary.broadest()}  # whatever lies under others stands on the cards
    found = counted("topic_id") | {iri: pair for iri, pair in counted("top").items() if iri in broadest}
    order = vocabulary.of(Topic.Scheme.TOPIC)
    listed = [Gap(topic, *found[topic.iri]) for topic in order if any(found.get(topic.iri, (0, 0)))]
    return sorted(listed, key=lambda gap: (-gap.missing, -gap.most))
