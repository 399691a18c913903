"""Finding what converges: the same topic or a narrower one, close by, at about the same time, on different nodes.

Apps hand their kinds down in AppConfig.ready(), as to any layer: `layers.belongs(layers.CONVERGING, "gathering")`. Only
what everybody may see is compared, so that a suggestion never tells of what is not public.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from atlas import distances, layers
from atlas.keeping import APPEARED, GONE, MOVED
from atlas.models import Card, CardTopic, Convergence, Topic
from atlas.placing import METRES
from atlas.queries import CALLED_OFF
from federation import audiences
from journal import hold, reaction, record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from atlas.models import CardQuerySet
    from federation.models import Actor
    from journal.models import Errand

WITHIN_METRES = 3_000
WITHIN_TIME = dt.timedelta(days=30)
MOST_COMPARED = 500  # of what lies close by, the newest
MOST_SHOWN = 5  # beside one thing
FOUND = "convergence.found"


class Near(NamedTuple):
    """What one card has in common with another; whole days apart."""

    topic_iri: str
    metres: int
    days: int


@reaction("atlas.converge", to=(APPEARED, MOVED, GONE))
def look_around(errand: Errand) -> None:
    if errand.entry is not None:
        reconsider(errand.entry.uri)


def reconsider(uri: str) -> None:
    """Make the convergences of one thing what they are now. What was dismissed stays so while both are there."""
    with transaction.atomic():
        pairs_of_it = Q(first_uri=uri) | Q(second_uri=uri)
        is_kind = Card.objects.filter(uri=uri, kind__in=layers.kinds_of(layers.CONVERGING)).exists()
        if not is_kind and not Convergence.objects.filter(pairs_of_it).exists():
            return
        hold("convergences")  # two that appear at once must find each other
        card = Card.objects.filter(uri=uri).first()
        found = dict(_around(card)) if card is not None else {}
        held = {each.other(uri): each for each in Convergence.objects.filter(pairs_of_it)}
        there = set(Card.objects.filter(uri__in=held).values_list("uri", flat=True)) if card is not None else set()
        for other, row in held.items():
            if other in found:
                Convergence.objects.filter(pk=row.pk).update(**found[other]._asdict())
            elif row.dismissed_at is None or other not in there:
                row.delete()
        for other, near in found.items():
            if other not in held:
                first, second = sorted((uri, other))
                Convergence.objects.create(first_uri=first, second_uri=second, **near._asdict())
                record(FOUND, uri, actor="", origin="here")


def dismiss(row: Convergence, person: Actor) -> None:
    """It leads nowhere, as somebody says who runs one of the two."""
    with transaction.atomic():
        Convergence.objects.filter(pk=row.pk).update(dismissed_at=timezone.now(), dismissed_by=person)
        record("convergence.dismissed", row.first_uri, actor=person.uri, origin="here")


def take_up(row: Convergence, person: Actor) -> None:
    """It was dismissed too early."""
    with transaction.atomic():
        Convergence.objects.filter(pk=row.pk).update(dismissed_at=None, dismissed_by=None)
        record("convergence.taken_up", row.first_uri, actor=person.uri, origin="here")


def pairs(visible: CardQuerySet, among: CardQuerySet, most: int) -> list[tuple[Convergence, Card, Card]]:
    """Pairs of which both may be seen, at least one is `among` those asked for and nobody here dismissed it; those that
    begin soonest first. Three queries."""
    uris = among.order_by().values("uri")
    rows = Convergence.objects.filter(Q(first_uri__in=uris) | Q(second_uri__in=uris), dismissed_at__isnull=True)
    listed = list(rows.order_by("-found_at", "-pk")[: 2 * most])
    cards = {card.uri: card for card in visible.filter(uri__in={uri for row in listed for uri in row.uris}).for_page()}
    found = [(row, cards[row.first_uri], cards[row.second_uri]) for row in listed if cards.keys() >= set(row.uris)]
    return [each for each in found if not (_is_over(each[1]) or _is_over(each[2]))][:most]


def of(uri: str, visible: CardQuerySet) -> list[tuple[Convergence, Card]]:
    """What converges with one thing, the closest first, dismissed or not. Four queries, one for nothing."""
    rows = list(Convergence.objects.filter(Q(first_uri=uri) | Q(second_uri=uri)).order_by("metres", "pk")[:MOST_SHOWN])
    if not rows:
        return []
    cards = {card.uri: card for card in visible.filter(uri__in=[row.other(uri) for row in rows]).for_page()}
    found = [(row, cards[row.other(uri)]) for row in rows if row.other(uri) in cards]
    return [(row, card) for row, card in found if not _is_over(card)]


def _around(card: Card) -> Iterator[tuple[str, Near]]:
    """What converges with a card."""
    if not _is_compared(card):
        return
    about = _topics(card)
    for other in _close_by(card, about):
        if card.lat is None or card.lon is None or other.lat is None or other.lon is None:
            continue
        metres = distances.metres(card.lat, card.lon, other.lat, other.lon)
        apart = _time_between(card, other)
        topic = _shared(about, _topics(other))
        if topic and metres <= WITHIN_METRES and apart <= WITHIN_TIME and not _is_over(other):
            yield other.uri, Near(topic, round(metres), apart.days)


def _is_compared(card: Card) -> bool:
    is_kind = card.kind in layers.kinds_of(layers.CONVERGING)
    is_public = card.audience == audiences.PUBLIC and card.cell is not None
    return is_kind and is_public and card.state not in CALLED_OFF and not _is_over(card)


def _close_by(card: Card, about: dict[str, str]) -> Iterable[Card]:
    """On other nodes, about a topic of the same family, in the box that holds the circle."""
    lat, lon = card.lat or 0.0, card.lon or 0.0
    up = WITHIN_METRES / METRES
    along = up / max(math.cos(math.radians(lat)), 0.01)
    family = set(about) | set(about.values())
    related = CardTopic.objects.filter(Q(topic_id__in=family) | Q(topic__broader__iri__in=family)).values("card")
    cards = Card.objects.filter(kind__in=layers.kinds_of(layers.CONVERGING), audience=audiences.PUBLIC, pk__in=related)
    cards = cards.filter(lat__range=(lat - up, lat + up), lon__range=(lon - along, lon + along))
    cards = cards.exclude(state__in=CALLED_OFF).filter(node__blocked_at__isnull=True)
    elsewhere = cards.exclude(node=card.node_id) if card.node_id else cards.filter(node__isnull=False)
    return elsewhere.prefetch_related("topics__broader").newest_first()[:MOST_COMPARED]


def _topics(card: Card) -> dict[str, str]:
    """What a card is about: each topic with the one it lies under, or empty."""
    about = (each for each in card.topics.all() if each.scheme == Topic.Scheme.TOPIC)
    return {topic.iri: topic.broader.iri if topic.broader else "" for topic in about}


def _shared(ours: dict[str, str], theirs: dict[str, str]) -> str:
    """A topic that both are about, or that one is and lies under one of the other's: the narrower of the two."""
    same = sorted(ours.keys() & theirs.keys(), key=lambda iri: (not ours[iri], iri))
    below = sorted(iri for iri, broader in ours.items() if broader in theirs)
    above = sorted(iri for iri, broader in theirs.items() if broader in ours)
    return next(iter([*same, *below, *above]), "")


def _span(card: Card) -> tuple[dt.datetime, dt.datetime]:
    """From when to when; what has no date is of the day it was published."""
    begins = card.starts or card.published
    return begins, max(card.ends or begins, begins)


def _time_between(one: Card, other: Card) -> dt.timedelta:
    """Between the end of one and the beginning of the other; nothing where they overlap."""
    (begins, ends), (other_begins, other_ends) = _span(one), _span(other)
    return max(begins - other_ends, other_begins - ends, dt.timedelta())


def _is_over(card: Card) -> bool:
    last = card.ends or card.starts
    return last is not None and last < timezone.now()
