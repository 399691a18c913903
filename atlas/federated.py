"""How a topic travels: not as an object of the shared view, but as an actor to follow, which says what it means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings

from atlas.models import Topic
from federation import actors, audiences
from federation.documents import CONTEXT
from federation.outbound.say import followers_of, say
from journal import reaction

if TYPE_CHECKING:
    from journal.models import Errand

CONCEPT = "http://www.w3.org/2004/02/skos/core#Concept"


def topic_document(topic: Topic) -> dict[str, Any]:
    """The Service actor that announces what is published on a topic to followers elsewhere in the fediverse.

    `exactMatch` of a shared one is the host-free name that makes it the same topic on every node; one of this node is
    named by its own address, and says what it has to do with others.
    """
    if topic.actor is None:
        raise ValueError(f"{topic.iri} has no actor; topics get theirs when the vocabulary is loaded")
    return {
        "@context": CONTEXT,
        "id": topic.actor.uri,
        "type": "Service",
        "additionalType": CONCEPT,
        "url": topic.actor.uri,
        "name": topic.label("en"),
        "nameMap": topic.labels,
        "summary": topic.define("en"),
        "summaryMap": topic.definition,
        "prefLabel": topic.labels,
        "altLabel": topic.alt_labels,
        **_matches(topic),
        **({"broader": topic.broader.iri} if topic.broader else {}),
        "manuallyApprovesFollowers": False,
        "discoverable": True,
        "attributedTo": f"{settings.ORIGIN}/actor",
        **actors.properties(topic.actor),
    }


def _matches(topic: Topic) -> dict[str, str | list[str]]:
    """SKOS mapping properties, each with one name or a list of them."""
    if not topic.is_local:
        return {"exactMatch": topic.iri}
    found: dict[str, list[str]] = {}
    for mapping in topic.mappings.all():
        found.setdefault(mapping.relation, []).append(mapping.target)
    return {relation: targets[0] if len(targets) == 1 else targets for relation, targets in found.items()}


@reaction("atlas.tell_keys", to="actor.rekeyed")
def tell_keys(errand_row: Errand) -> None:
    """Those elsewhere who follow a topic of ours read its actor again, as it signs with new keys."""
    _tell_followers(errand_row)


@reaction("atlas.tell_words", to=("topic.changed", "topic.mapped", "topic.unmapped"))
def tell_words(errand_row: Errand) -> None:
    """Those elsewhere who follow a topic of this node read what it is called and means now."""
    _tell_followers(errand_row)


def _tell_followers(errand_row: Errand) -> None:
    entry = errand_row.entry
    topic = Topic.objects.filter(actor__uri=entry.uri).select_related("actor", "broader").first() if entry else None
    if topic is None or topic.actor is None:
        return
    to = followers_of(topic.actor)
    if to:
        followers = f"{topic.actor.uri}/followers"
        say(topic.actor, "Update", topic_document(topic), to, to=[audiences.PUBLIC], cc=[followers])
