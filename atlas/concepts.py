"""What stewards do about the concepts of this node: add, change, map, retire. Nothing is ever deleted or fetched."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from atlas.concept_rules import CannotSay, Words, check_place, check_sense, check_words, free_slug, readable_iri
from atlas.meaning import Statements
from atlas.models import Mapping, Topic
from atlas.models.topics import LONGEST_IRI
from atlas.rehanging import rehung
from atlas.vocabulary import Vocabulary
from federation import actors, moderation
from federation.models import Actor
from journal import record

MOST_CONCEPTS = 300  # of this node, retired ones too
MOST_MAPPINGS = 30  # of one concept
LAST = 1000  # concepts of this node stand after the shared ones


def add_concept(words: Words, broader: Topic | None, *, by: Actor) -> Topic:
    """A new concept of this node, with a page and an actor to follow at its address for ever.

    Raises CannotSay, moderation.StewardsOnly.
    """
    moderation.require_steward(by)
    with transaction.atomic():
        _one_at_a_time()
        if Topic.objects.local().count() >= MOST_CONCEPTS:
            raise CannotSay("", _("A node has at most %(most)s topics of its own.") % {"most": MOST_CONCEPTS})
        check_words(words, None)
        slug = free_slug(next(iter(words.labels.values())))
        topic = Topic(iri=f"{settings.ORIGIN}/topics/{slug}", scheme=Topic.Scheme.TOPIC, slug=slug, order=LAST)
        if len(topic.iri) > LONGEST_IRI:
            raise CannotSay("", _("The address of this node is too long for topics of its own."))
        check_place(None, broader)
        topic.labels, topic.alt_labels, topic.definition = words
        topic.broader = broader
        topic.actor = actors.make_actor(Actor.Type.SERVICE, topic.iri, handle=slug, name=topic.label("en"))
        topic.save(force_insert=True)
        settle_flags()
        record("topic.added", topic.iri, actor=by.uri)
    return topic


def change_concept(topic: Topic, words: Words, broader: Topic | None, *, by: Actor) -> None:
    """Other words, another place. Its address stays. Raises CannotSay, moderation.StewardsOnly."""
    moderation.require_steward(by)
    with transaction.atomic():
        held = _held(topic)
        check_words(words, held)
        check_place(held, broader)
        with rehung():
            held.labels, held.alt_labels, held.definition = words
            held.broader = broader
            held.save(update_fields=["labels", "alt_labels", "definition", "broader"])
            check_sense("broader")
        settle_flags()
        Actor.objects.filter(topic=held).update(name=held.label("en")[:200])
        record("topic.changed", held.iri, actor=by.uri)


def retire_concept(topic: Topic, *, by: Actor) -> None:
    """It is offered to nobody any more; what has it keeps it. Retiring twice changes nothing."""
    _offer(topic, False, "topic.retired", by)


def offer_again(topic: Topic, *, by: Actor) -> None:
    """Undo `retire_concept`. Raises CannotSay where another concept took its name meanwhile."""
    _offer(topic, True, "topic.returned", by)


def _offer(topic: Topic, offered: bool, happened: str, by: Actor) -> None:
    moderation.require_steward(by)
    with transaction.atomic():
        held = _held(topic)
        if (held.retired_at is None) == offered:
            return
        if offered:
            check_words(Words(held.labels, held.alt_labels, held.definition), held)
        Topic.objects.filter(pk=held.pk).update(retired_at=None if offered else timezone.now())
        record(happened, held.iri, actor=by.uri)


def map_concept(topic: Topic, relation: str, target: str, *, by: Actor) -> Mapping:
    """Say what it has to do with another concept. `target` is its name or the address of its page.

    Raises CannotSay, moderation.StewardsOnly.
    """
    moderation.require_steward(by)
    with transaction.atomic():
        held = _held(topic)
        iri = readable_iri(target)
        if iri == held.iri:
            raise CannotSay("target", _("“%(iri)s” is this topic itself. Choose another one.") % {"iri": iri})
        if Mapping.objects.filter(topic=held, target=iri).exists():
            message = _("This topic is mapped to “%(iri)s” already. Take that away first.") % {"iri": iri}
            raise CannotSay("target", message)
        if held.mappings.count() >= MOST_MAPPINGS:
            raise CannotSay("target", _("A topic is mapped to at most %(most)s others.") % {"most": MOST_MAPPINGS})
        with rehung():
            mapping = Mapping.objects.create(topic=held, relation=Mapping.Relation(relation), target=iri)
            check_sense("target")
        settle_flags()
        record("topic.mapped", held.iri, actor=by.uri)
    return mapping


def unmap_concept(mapping: Mapping, *, by: Actor) -> None:
    """Raises moderation.StewardsOnly."""
    moderation.require_steward(by)
    with transaction.atomic():
        held = _held(mapping.topic)
        with rehung():
            Mapping.objects.filter(pk=mapping.pk).delete()
        settle_flags()
        record("topic.unmapped", held.iri, actor=by.uri)


def settle_flags() -> None:
    """A concept of this node flies the flag of the broad topic it lies under, or else of one it means or is part of."""
    vocabulary, implied = Vocabulary(), Statements.of_this_node().implied()
    for topic in vocabulary.local():
        stands = [vocabulary.by_iri[iri] for iri in implied.get(topic.iri, ()) if iri in vocabulary.by_iri]
        over = [each for each in (*vocabulary.above(topic), *stands) if not each.is_local]
        flag = over[0].flag if over else ""
        if flag != topic.flag:
            Topic.objects.filter(pk=topic.pk).update(flag=flag)


def _held(topic: Topic) -> Topic:
    """The row as it is; shared concepts are nobody's to change."""
    _one_at_a_time()
    return Topic.objects.local().select_related("broader").get(pk=topic.pk)


def _one_at_a_time() -> None:
    """Two changes that each make sense can contradict each other: the first row stands for the whole list."""
    Topic.objects.select_for_update().order_by("pk").values_list("pk").first()
