"""Reading a card: which situations it speaks of, and what it says, as one row of numbers to compare with others."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy

from atlas.embedding import vectors
from atlas.models import Embedding, Topic
from cop.matching import learning
from cop.matching.situations import named_in, situations
from cop.models import Reading
from cop.models.matches import NEED, OFFER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from atlas.embedding.embedder import Vectors
    from atlas.models import Card

ABOUT_ITS_TOPIC = 2.0  # how much more a situation counts that belongs to a topic of the card
OF_ITS_KIND = 0.5  # how much more, that the card's kind of support answers
SAME, PART, SIBLING, RELATED = 1.0, 0.6, 0.4, 0.4  # of two topics


def read_card(card: Card, text: str, language: str, vector: bytes) -> None:
    """Write or renew the reading of a card. A few milliseconds, and three queries."""
    said = vectors.unpacked([vector], len(vector))[0]
    about = numpy.concatenate([_situations_of(card, text, language, said), said])
    halves = len(situations())
    packed = vectors.packed(about[:halves]) + bytes(vector)
    known = {
        "side": NEED if card.direction == NEED else OFFER,
        "kind": card.kind,
        "language": language[:16],
        "is_ours": card.is_ours,
        "vector": packed,
        "made_by": learning.name(),
    }
    Reading.objects.update_or_create(uri=card.uri, defaults=known)


def _situations_of(card: Card, text: str, language: str, said: Vectors) -> Vectors:
    """By what it says, and by what it means; more where topic and kind of support agree."""
    by_words = _unit(named_in(f"{card.title}. {card.title}. {text}", language))
    by_meaning = _unit(learning.learnt().nearness(said))
    slugs = [iri.rsplit(":", 1)[-1] for iri in card.card_topics.filter(said=True).values_list("topic_id", flat=True)]
    found = by_words + by_meaning
    found = found * (1 + ABOUT_ITS_TOPIC * _about(tuple(sorted(slugs))))
    return _unit(found * (1 + OF_ITS_KIND * _answered_by(card.support)))


def read_again(uri: str) -> bool:
    """As `read_card`, where the card has a vector by now; whether it had."""
    row = Embedding.objects.filter(card__uri=uri, vector__isnull=False).select_related("card__document").first()
    if row is None or row.vector is None:
        return False
    document = row.card.document
    read_card(row.card, document.text, document.language, bytes(row.vector))
    return True


def unpacked(kept: Sequence[bytes]) -> tuple[Vectors, Vectors]:
    """Situations and meanings of many readings, each row of length 1."""
    halves = len(situations())
    dimensions = max((len(each) for each in kept), default=halves) - halves
    about = vectors.unpacked([bytes(each)[:halves] for each in kept], halves)
    return about, vectors.unpacked([bytes(each)[halves:] for each in kept], dimensions)


@lru_cache(maxsize=2000)
def _about(slugs: tuple[str, ...]) -> Vectors:
    """How well each situation fits the topics of a card, from 0 to 1, on average over its topics."""
    if not slugs:
        return numpy.zeros(len(situations()), dtype=numpy.float32)
    near = [_near_topics(slug) for slug in slugs]
    fits = [[max((one.get(topic, 0.0) for topic in each.topics), default=0.0) for each in situations()] for one in near]
    found: Vectors = numpy.array(fits, dtype=numpy.float32).mean(axis=0)
    return found


@lru_cache(maxsize=500)
def _near_topics(slug: str) -> dict[str, float]:
    """The shared topics around one in the SKOS tree, by slug, and how near. None for one of a node alone."""
    topics = {topic.slug: topic for topic in Topic.objects.of(Topic.Scheme.TOPIC)}
    own = topics.get(slug)
    if own is None:
        return {}
    found: dict[str, float] = {}
    for other in topics.values():
        if other.broader_id == own.pk or own.broader_id == other.pk:
            found[other.slug] = PART
        elif other.iri in own.related or own.iri in other.related:
            found[other.slug] = RELATED
        elif own.broader_id is not None and other.broader_id == own.broader_id:
            found[other.slug] = SIBLING
    return found | {slug: SAME}


def _answered_by(support: str) -> Vectors:
    return numpy.array([support in each.support for each in situations()], dtype=numpy.float32)


def _unit(vector: Vectors) -> Vectors:
    length = float(numpy.linalg.norm(vector))
    return vector / length if length else vector
