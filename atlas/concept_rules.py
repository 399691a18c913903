"""What may be said of a concept: its words, its place, the names of others, and what SKOS forbids together."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.utils.text import slugify
from django.utils.translation import gettext as _

from atlas.integrity import Contradiction, contradictions
from atlas.meaning import Statements
from atlas.models import Topic
from atlas.models.topics import LONGEST_IRI, SHARED
from atlas.vocabulary import Vocabulary
from federation.models import Actor
from federation.values import WEB, BadField, read_address, tidy

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_LEVELS = 4  # a broad topic, a narrower one, and two of this node
LONGEST_LABEL, MOST_OTHER_WORDS, LONGEST_DEFINITION = 80, 20, 600
LONGEST_SLUG = 40  # as the name under which it is followed from elsewhere
SHOWN = 60  # of a value that is refused
SCHEMES = (*WEB, "urn")


class CannotSay(ValueError):
    """What a steward wants to say of a concept is not so, or SKOS forbids it. `field` is the one to mend, empty for
    the whole; the message names the value and what is accepted."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


class Words(NamedTuple):
    """What a concept is called in each language, what else people call it, and what it is."""

    labels: dict[str, str]
    alt_labels: dict[str, list[str]]
    definition: dict[str, str]


def check_words(words: Words, topic: Topic | None) -> None:
    """Raises CannotSay. `topic` is the one that is to be called so; None for a new one."""
    if not words.labels:
        raise CannotSay("label_en", _("Give a name in at least one language."))
    for language in words.labels.keys() | words.alt_labels.keys() | words.definition.keys():
        if language not in dict(settings.LANGUAGES):
            raise CannotSay("", _("“%(value)s” is not a language of this node.") % {"value": language[:SHOWN]})
    for name, language, text, most in _texts(words):
        if len(text) > most or text != tidy(text, lines=name == "definition") or not text:
            message = _("“%(value)s” has %(length)s letters; one to %(most)s are accepted, without control characters.")
            values = {"value": _shown(text), "length": len(text), "most": most}
            raise CannotSay(f"{name}_{language}", message % values)
    for language, others in words.alt_labels.items():
        _check_others(others, words.labels.get(language, ""), language)
    _check_free(words.labels, topic)


def _texts(words: Words) -> Iterator[tuple[str, str, str, int]]:
    """Field, language, words and the most there may be of them."""
    yield from (("label", language, text, LONGEST_LABEL) for language, text in words.labels.items())
    yield from (("definition", language, text, LONGEST_DEFINITION) for language, text in words.definition.items())
    for language, others in words.alt_labels.items():
        yield from (("also", language, text, LONGEST_LABEL) for text in others)


def _check_others(others: list[str], label: str, language: str) -> None:
    """No word is a name and another word at once (SKOS S13), and none stands twice."""
    if len(others) > MOST_OTHER_WORDS:
        message = _("Give at most %(most)s other words; you gave %(given)s.")
        raise CannotSay(f"also_{language}", message % {"most": MOST_OTHER_WORDS, "given": len(others)})
    seen: set[str] = set()
    for each in others:
        if each.casefold() == label.casefold():
            message = _("“%(value)s” is the name of the topic already. Leave it out here, or choose another name.")
            raise CannotSay(f"also_{language}", message % {"value": each})
        if each.casefold() in seen:
            raise CannotSay(f"also_{language}", _("“%(value)s” stands here twice. Once is enough.") % {"value": each})
        seen.add(each.casefold())


def _check_free(labels: dict[str, str], topic: Topic | None) -> None:
    """Two topics of one name could not be told apart where somebody chooses."""
    for other in Vocabulary().of(Topic.Scheme.TOPIC):
        for language, label in labels.items():
            if topic != other and other.labels.get(language, "").casefold() == label.casefold():
                message = _("There is a topic “%(value)s” already: %(address)s. Give this one another name.")
                address = f"{settings.ORIGIN}{other.get_absolute_url()}"
                raise CannotSay(f"label_{language}", message % {"value": label, "address": address})


def check_place(topic: Topic | None, broader: Topic | None) -> None:
    """Raises CannotSay where a concept cannot lie under `broader`. `topic` is None for a new one."""
    if broader is None or (topic is not None and topic.broader_id == broader.pk):
        return
    vocabulary = Vocabulary()
    values = {"value": broader.label(), "most": MOST_LEVELS}
    below = vocabulary.below(topic) if topic is not None else []
    if broader.scheme != Topic.Scheme.TOPIC or broader.retired_at is not None:
        raise CannotSay("broader", _("“%(value)s” is not offered any more. Choose another topic.") % values)
    if broader == topic or broader in below:
        raise CannotSay("broader", _("“%(value)s” is this topic, or lies under it. Choose another one.") % values)
    deepest = max((len(vocabulary.above(each)) - len(vocabulary.above(topic)) for each in below if topic), default=0)
    if len(vocabulary.above(vocabulary.by_iri[broader.iri])) + 2 + deepest > MOST_LEVELS:
        raise CannotSay("broader", _("Under “%(value)s” it would lie too deep: topics have %(most)s levels.") % values)


def check_sense(field: str) -> None:
    """Raises CannotSay where what is said of concepts here now contradicts itself."""
    for contradiction, pair in contradictions(Statements.of_this_node()):
        words = {
            Contradiction.SAME_AND_PART: _("“%(one)s” and “%(other)s” cannot mean the same and be part of each other."),
            Contradiction.SAME_AND_RELATED: _(
                "“%(one)s” and “%(other)s” cannot mean the same and only have to do with each other."
            ),
            Contradiction.PART_AND_RELATED: _(
                "“%(one)s” is part of “%(other)s”, or the other way round: it cannot only have to do with it."
            ),
            Contradiction.CIRCLE: _("“%(one)s” would lie under “%(other)s”, and that under it: a circle."),
        }[contradiction]
        raise CannotSay(field, words % {"one": _named(pair[0]), "other": _named(pair[1])})


def readable_iri(written: str) -> str:
    """The name of a concept as others write it; for the page of one on this node, what that is called everywhere.

    Raises CannotSay. Whether anything stands there is not asked.
    """
    try:
        iri = read_address("target", written.strip(), SCHEMES)
    except BadField:
        iri = ""
    if not iri or len(iri) > LONGEST_IRI:
        message = _("“%(value)s” is no address of a concept. Write it as https://… or urn:…, at most %(most)s letters.")
        raise CannotSay("target", message % {"value": _shown(written), "most": LONGEST_IRI})
    here, topics = f"{settings.ORIGIN}/topics/", Topic.objects.filter(scheme=Topic.Scheme.TOPIC)
    known: str | None = iri
    if iri.startswith(here):
        known = topics.filter(slug=iri.removeprefix(here)[:64]).values_list("iri", flat=True).first()
    elif iri.startswith(SHARED):
        known = topics.filter(iri=iri).values_list("iri", flat=True).first()
    if not known:
        raise CannotSay("target", _("There is no topic “%(value)s”. Choose one of the list.") % {"value": _shown(iri)})
    return known


def free_slug(label: str) -> str:
    """An address that no topic and no name on this node has, as close to `label` as can be."""
    base = slugify(label).replace("_", "-")[:LONGEST_SLUG].strip("-") or "topic"
    near = {"slug__startswith": base[: LONGEST_SLUG - 4]}
    taken = set(Topic.objects.filter(scheme=Topic.Scheme.TOPIC, **near).values_list("slug", flat=True))
    names = Actor.objects.filter(node__isnull=True, handle__istartswith=base[: LONGEST_SLUG - 4])
    taken |= {handle.lower() for handle in names.values_list("handle", flat=True)}
    if base not in taken:
        return base
    short = base[: LONGEST_SLUG - 4].rstrip("-")
    return next(f"{short}-{n}" for n in range(2, len(taken) + 3) if f"{short}-{n}" not in taken)


def _named(iri: str) -> str:
    """As people here know it."""
    topic = Topic.objects.filter(iri=iri).first()
    return topic.label() if topic else iri


def _shown(text: str) -> str:
    """The beginning of a value, with signs in place of what cannot be shown."""
    cut = text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in cut)
