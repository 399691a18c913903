"""Topics: all of them, and everything from all nodes on one."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from atlas import cards, queries, skos
from atlas.access import cards_for
from atlas.federated import topic_document
from atlas.filters import kind_plural
from atlas.models import Topic
from atlas.views.fragments import is_for
from atlas.vocabulary import Vocabulary
from federation.negotiation import as_activity, wants_activity

PER_KIND = 6
SECTIONS = "on-this-topic"  # id of the fragment that fetches itself again


@require_safe
def topic_list(request: HttpRequest) -> HttpResponse:
    return render(request, "atlas/topic_list.html", {"tree": queries.topic_tree(cards_for(request), Vocabulary())})


@require_safe
def topic_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The page for people, the actor for programs, at the same address; who asks for Turtle is led to the file."""
    if wants_activity(request):
        return as_activity(topic_document(_speaking(slug)))
    if skos.wanted(request):
        return _to_the_file(slug)
    vocabulary = Vocabulary()
    topic = vocabulary.get(Topic.Scheme.TOPIC, slug)
    if topic is None:
        raise Http404
    about = cards_for(request).about(vocabulary.with_narrower(topic))
    sections = queries.newest_of_each_kind(about, cards.kinds(), PER_KIND)
    context = {"topic": topic, "sections": [(kind_plural(section.kind), section) for section in sections]}
    if is_for(request, SECTIONS):
        response = render(request, "atlas/_topic_sections.html", context)
    else:
        context |= _around(topic, vocabulary)
        response = render(request, "atlas/topic.html", context)
    patch_vary_headers(response, ["Accept", "HX-Request", "HX-Target"])
    return response


def _around(topic: Topic, vocabulary: Vocabulary) -> dict[str, Any]:
    """What stands around the things on a topic: where it lies, and its names elsewhere."""
    return {
        "above": vocabulary.above(topic)[::-1],
        "narrower": [other for other in vocabulary.narrower(topic) if other.retired_at is None],
        "fediverse_name": f"@{topic.slug}@{urlsplit(settings.ORIGIN).netloc}",
        "related": [other for other in vocabulary.of(Topic.Scheme.TOPIC) if other.iri in topic.related],
        "mappings": queries.mappings_of(topic, vocabulary),
    }


def _to_the_file(slug: str) -> HttpResponse:
    if not Topic.objects.filter(scheme=Topic.Scheme.TOPIC, slug=slug).exists():
        raise Http404
    response = redirect("topic-file", slug, "ttl")
    response.status_code = 303  # what is there describes the concept (https://www.w3.org/TR/cooluris/#r303gendocument)
    patch_vary_headers(response, ["Accept"])
    return response


def _speaking(slug: str) -> Topic:
    topic = Topic.objects.select_related("actor", "broader").filter(scheme=Topic.Scheme.TOPIC, slug=slug).first()
    if topic is None:
        raise Http404
    return topic
