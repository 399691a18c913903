"""What is found under what, because concepts of this node lie under others or mean the same as they do.

A thing with a concept of this node is also found under the shared one that this is part of, means the same as, or
nearly. That is written on its card and sent with it, so that every list, count and filter of every node agrees,
whether it has heard of the concept or not (decision 0013).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from atlas.models import Mapping, Topic
from atlas.models.topics import SHARED

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_CARRIED = 24  # concepts that one thing says and means on the wire

Pair = tuple[str, str]


@dataclass
class Statements:
    """All that is said of concepts here, by IRI. `under` are pairs of a concept and what it is part of."""

    same: list[Pair] = field(default_factory=list)
    under: list[Pair] = field(default_factory=list)
    nearly: list[Pair] = field(default_factory=list)
    related: list[Pair] = field(default_factory=list)

    @classmethod
    def of_this_node(cls) -> Statements:
        """Two queries."""
        return cls()._with_mappings()._with_topics()

    def _with_mappings(self) -> Statements:
        for iri, relation, target in Mapping.objects.values_list("topic__iri", "relation", "target").order_by("pk"):
            if relation == Mapping.Relation.EXACT:
                self.same.append((iri, target))
            elif relation == Mapping.Relation.CLOSE:  # what is about the one stands under the other, not vice versa
                self.nearly.append((iri, target))
            elif relation == Mapping.Relation.BROAD:
                self.under.append((iri, target))
            elif relation == Mapping.Relation.NARROW:
                self.under.append((target, iri))
            else:
                self.related.append((iri, target))
        return self

    def _with_topics(self) -> Statements:
        topics = Topic.objects.filter(scheme=Topic.Scheme.TOPIC)
        for iri, broader, related in topics.values_list("iri", "broader__iri", "related"):
            if broader:
                self.under.append((iri, broader))
            self.related += [(iri, other) for other in related]
        return self

    def leads(self) -> dict[str, list[str]]:
        """From each concept to those that what is about it is found under too."""
        found: dict[str, list[str]] = {}
        pairs = [*self.under, *self.same, *((other, one) for one, other in self.same), *self.nearly]
        for one, other in pairs:
            found.setdefault(one, []).append(other)
        return found

    def implied(self) -> dict[str, list[str]]:
        """For each concept the others it stands under, the nearest first."""
        leads = self.leads()
        return {iri: _reached([iri], leads) for iri in leads}


def implied(iris: Iterable[str]) -> list[str]:
    """The concepts that a thing about `iris` is found under as well, the nearest first, without those themselves.

    A broad shared topic is left out where a narrower one is there: every node knows how the shared ones lie. One query
    where nothing is mapped and `iris` are all shared, else two.
    """
    said = list(iris)
    statements = Statements()._with_mappings() if said else Statements()
    if not (statements.same or statements.under or statements.nearly) and all(iri.startswith(SHARED) for iri in said):
        return []
    statements._with_topics()
    reached = _reached(said, statements.leads())
    held = {*said, *reached}
    known = {(one, other) for one, other in statements.under if one.startswith(SHARED) and other.startswith(SHARED)}
    spoken_for = {other for one, other in known if one in held}
    return [iri for iri in reached if iri not in spoken_for]


def carried(iris: Iterable[str]) -> list[str]:
    """What a thing says it is about, and, where a concept of this node is among that, what follows from it: first the
    shared concepts, which every node knows. No query where all are shared."""
    said = list(iris)
    if all(iri.startswith(SHARED) for iri in said):
        return said
    more = sorted(implied(said), key=lambda iri: not iri.startswith(SHARED))
    return [*said, *more][:MOST_CARRIED]


def _reached(begin: list[str], leads: dict[str, list[str]]) -> list[str]:
    found = dict.fromkeys(begin)
    waiting = list(begin)
    while waiting:
        for other in leads.get(waiting.pop(0), ()):
            if other not in found:
                found[other] = None
                waiting.append(other)
    return [iri for iri in found if iri not in begin]
