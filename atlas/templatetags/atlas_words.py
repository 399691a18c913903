"""`{% load atlas_words %}{% topic_tags row.topics %}`: the topics of a thing as links, each with its flag."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.translation import get_language

from atlas import distances, linked
from atlas.access import cards_for
from atlas.models import Card, Topic
from federation import attaching

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.template import Context

    from federation.models import Attachment, Published

register = template.Library()


@register.inclusion_tag("atlas/_topic_tags.html")
def topic_tags(iris: Sequence[str]) -> dict[str, Any]:
    """Topics other nodes made and this one does not know are left out. One query."""
    return {"topics": list(Topic.objects.filter(iri__in=list(iris))) if iris else []}


@register.simple_tag
def concept_words(scheme: str, slugs: Sequence[str]) -> list[str]:
    """The words for some slugs of a scheme, such as the kinds of a group. One query."""
    if not slugs:
        return []
    language = get_language() or "en"
    return [each.label(language) for each in Topic.objects.filter(scheme=scheme, slug__in=list(slugs))]


@register.simple_tag(takes_context=True)
def concept_label(context: Context, iri: str) -> str:
    """The word for a topic by its IRI; empty for one this node does not know. One query for all on a page."""
    known = context.render_context.get("concept_labels")
    if known is None:
        known = {topic.iri: topic.label() for topic in Topic.objects.filter(scheme=Topic.Scheme.TOPIC)}
        context.render_context["concept_labels"] = known
    return str(known.get(iri, ""))


@register.simple_tag
def distance_between(metres: int) -> str:
    """“about 300 m from each other”."""
    return distances.between_in_words(metres)


@register.simple_tag(takes_context=True)
def page_of(context: Context, uri: str) -> str:
    """The page of what `uri` names, on this node; empty where the reader may not see that. One query."""
    reader = context["request"].actor
    return Card.objects.asked_for_by(reader).filter(uri=uri).values_list("url", flat=True).first() or ""


@register.simple_tag(takes_context=True)
def neighbourhood_of(context: Context, uri: str) -> str:
    """Where what a thing is related to is drawn; empty where the reader may see nothing of that. One query."""
    if not linked.touching(uri, cards_for(context["request"]), "").exists():
        return ""
    return f"{reverse('atlas')}?{urlencode({'view': 'network', 'around': uri})}"


@register.inclusion_tag("atlas/_attachments.html")
def attachments(thing: Published) -> dict[str, Any]:
    """The pictures and files of a thing. One query."""
    return attached(attaching.of_thing(thing.uri), thing.language)


@register.inclusion_tag("atlas/_attached.html")
def attached(found: Sequence[Attachment], language: str) -> dict[str, Any]:
    """Pictures and files that were looked up already, of one of many things on a page."""
    return {
        "pictures": [each for each in found if each.is_picture],
        "files": [each for each in found if not each.is_picture],
        "language": language,
    }
