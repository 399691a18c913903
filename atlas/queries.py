"""Counts and short lists for the atlas pages, each in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Case, CharField, Count, DateTimeField, F, Q, Value, When, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from atlas.doors import propose
from atlas.models import Card, CardTopic, Mapping, Topic
from atlas.vocabulary import iri_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from atlas.models import CardQuerySet
    from atlas.tallies import Tally
    from atlas.topic_layers import NodeCount
    from atlas.vocabulary import Vocabulary

CALLED_OFF = (Card.State.CANCELLED, Card.State.POSTPONED)


@dataclass(frozen=True)
class Extent:
    """How much there is, of how many nodes; `placed` has a point on the map."""

    things: int
    nodes: int
    placed: int


@dataclass(frozen=True)
class GridCell:
    """What happens on one broad topic along one axis; an empty cell leads to `proposal`."""

    axis: Topic
    count: int
    proposal: str


@dataclass
class TopicCount:
    """A topic with how many cards are about it or a narrower one; `cells` only for the broad ones of every node."""

    topic: Topic
    count: int = 0
    narrower: list[TopicCount] = field(default_factory=list)
    cells: list[GridCell] = field(default_factory=list)
    nodes: list[tuple[str, NodeCount]] = field(default_factory=list)  # with their names


@dataclass(frozen=True)
class Mapped:
    """In words what a topic has to do with another; `topic` where this node has that one."""

    words: str
    iri: str
    topic: Topic | None

    @property
    def is_page(self) -> bool:
        """Whether a browser can go there."""
        return self.iri.startswith(("https://", "http://"))


@dataclass
class KindSection:
    """The newest cards of one kind, out of `count`."""

    kind: str
    count: int
    cards: list[Card] = field(default_factory=list)

    @property
    def has_more(self) -> bool:
        return self.count > len(self.cards)


def extent(cards: CardQuerySet, tally: Tally | None = None) -> Extent:
    """Of these cards; where they were counted already, that is asked alone."""
    if tally is not None:
        return Extent(*tally.extent())
    found = cards.order_by().aggregate(
        things=Count("pk"),
        theirs=Count("node", distinct=True),
        ours=Count("pk", filter=Q(node__isnull=True)),
        placed=Count("cell"),
    )
    return Extent(found["things"], found["theirs"] + bool(found["ours"]), found["placed"])


def per_kind(cards: CardQuerySet, order: Iterable[str], tally: Tally | None = None) -> dict[str, int]:
    """How many of each kind that occurs, in the given order of kinds. One query."""
    if tally is not None:
        counted = tally.of_each_kind()
    else:
        counted = dict(cards.order_by().values_list("kind").annotate(count=Count("pk")))
    return {kind: counted.pop(kind) for kind in order if kind in counted} | counted


def just_now(cards: CardQuerySet, most: int) -> list[Card]:
    """What people published or changed last; what was copied from a register does not crowd them out."""
    newest = list(cards.filter(source="").newest_first().for_page()[:most])
    return newest or list(cards.newest_first().for_page()[:most])


def next_dates(cards: CardQuerySet, most: int) -> list[Card]:
    """What begins or ends soonest from now, as `card.next_at`; nothing that was called off."""
    dated = soonest_from(timezone.now(), cards.exclude(state__in=CALLED_OFF))
    return list(dated.select_related("node")[:most])


def soonest_from(now: dt.datetime, cards: CardQuerySet) -> CardQuerySet:
    """Those that begin or end after a moment, as `card.next_at`, the soonest first."""
    next_at = Case(When(starts__gte=now, then="starts"), When(ends__gte=now, then="ends"), output_field=DateTimeField())
    dated = cards.filter(Q(starts__gte=now) | Q(ends__gte=now))
    return dated.annotate(next_at=next_at).order_by("next_at", "pk")


def newest_of_each_kind(cards: CardQuerySet, order: Iterable[str], most: int) -> list[KindSection]:
    """At most `most` cards of every kind, in the given order of kinds. Four queries."""
    sections = {kind: KindSection(kind, count) for kind, count in per_kind(cards, order).items()}
    place = Window(RowNumber(), partition_by="kind", order_by=[F("updated").desc(), F("pk").desc()])
    for card in cards.annotate(place=place).filter(place__lte=most).newest_first().for_page():
        sections[card.kind].cards.append(card)
    return list(sections.values())


def topic_tree(
    cards: CardQuerySet, vocabulary: Vocabulary, *, along_axes: CardQuerySet | None = None
) -> list[TopicCount]:
    """The broad topics with those below, each card counted once per topic; then those of this node that lie under no
    other. Retired ones stand there as long as something is about them. Two queries, and one for the cards to be counted
    along the axes."""
    about = about_topics(cards, vocabulary)
    narrow, totals = _narrow(about), _with_narrower(about)
    cells: dict[tuple[str, str], int] = {}
    if along_axes is not None:
        per_axis = about_topics(along_axes.exclude(axis=""), vocabulary).values_list("top", "card__axis")
        cells = {(top, axis): count for top, axis, count in per_axis.annotate(count=Count("card", distinct=True))}
    axes = vocabulary.of(Topic.Scheme.AXIS)

    def below(topic: Topic) -> list[TopicCount]:
        found = [TopicCount(each, narrow.get(each.iri, 0), below(each)) for each in vocabulary.narrower(topic)]
        return [each for each in found if each.topic.retired_at is None or each.count or each.narrower]

    shared = [
        TopicCount(
            top,
            totals.get(top.iri, 0),
            below(top),
            [GridCell(axis, cells.get((top.iri, axis.slug), 0), propose(top.slug, axis.slug)) for axis in axes],
        )
        for top in vocabulary.broadest()
    ]
    apart = [top for top in vocabulary.local() if top.broader_id is None]
    ours = [TopicCount(top, narrow.get(top.iri, 0), below(top)) for top in apart]
    return shared + [each for each in ours if each.topic.retired_at is None or each.count or each.narrower]


def mappings_of(topic: Topic, vocabulary: Vocabulary) -> list[Mapped]:
    """What the stewards of this node say that it has to do with others, whichever of the two they said it of. One
    query. Without retired ones."""
    rows = Mapping.objects.filter(Q(topic=topic) | Q(target=topic.iri)).order_by("pk")
    found = []
    for row in rows.values_list("relation", "topic__iri", "target"):
        relation, one, other = Mapping.Relation(row[0]), row[1], row[2]
        is_own = one == topic.iri
        other = other if is_own else one
        known = vocabulary.by_iri.get(other)
        if known is None or known.retired_at is None:
            found.append(Mapped(str((relation if is_own else relation.backwards).label), other, known))
    return found


def per_concept(cards: CardQuerySet, vocabulary: Vocabulary) -> dict[str, int]:
    """How many cards are about each topic or one below it, along each axis and of each kind of support, by the IRI of
    the concept; what has none is not in it. Four queries."""
    about = about_topics(cards, vocabulary)
    counted = _narrow(about) | _with_narrower(about)
    for scheme, column in ((Topic.Scheme.AXIS, "axis"), (Topic.Scheme.SUPPORT, "support")):
        rows = cards.order_by().exclude(**{column: ""}).values_list(column).annotate(count=Count("pk"))
        counted |= {iri_of(scheme, slug): count for slug, count in rows}
    return counted


def about_topics(cards: CardQuerySet, vocabulary: Vocabulary) -> QuerySet[Any, Any]:
    """What cards are about, each with the topic right above, or itself where there is none, as `top`.

    Topics are told apart by the reader of the counts, and named here: joined with their table, SQLite looks for every
    card under every topic.
    """
    below = [(top, vocabulary.narrower(top)) for top in vocabulary.all]
    steps = [When(topic_id__in=[each.iri for each in found], then=Value(top.iri)) for top, found in below if found]
    top = Case(*steps, default=F("topic_id"), output_field=CharField())
    return CardTopic.objects.filter(card__in=cards.order_by().values("pk")).annotate(top=top)


def _narrow(about: QuerySet[Any, Any]) -> dict[str, int]:
    """How many say so of each topic itself. One query."""
    return dict(about.values_list("topic_id").annotate(count=Count("card")))


def _with_narrower(about: QuerySet[Any, Any]) -> dict[str, int]:
    """How many are about each of the broadest topics or one below it. One query."""
    return dict(about.values_list("top").annotate(count=Count("card", distinct=True)))


def flags_of(cards: CardQuerySet) -> dict[int, str]:
    """For each card the slug of the topic whose flag it flies: that of its first topic with one. One query."""
    about = CardTopic.objects.filter(card__in=cards.order_by().values("pk"), topic__scheme=Topic.Scheme.TOPIC)
    slugs = about.exclude(topic__flag="").order_by("topic__order").values_list("card", "topic__flag")
    found: dict[int, str] = {}
    for card, slug in slugs:
        found.setdefault(card, slug)
    return found
