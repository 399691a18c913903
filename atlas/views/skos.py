"""The words of this node as files for other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from atlas import skos
from atlas.models import Topic
from atlas.vocabulary import Vocabulary

if TYPE_CHECKING:
    from atlas.skos import Said

KEPT = 3600  # seconds that a written file is remembered


@require_safe
def vocabulary_file(request: HttpRequest, form: str) -> HttpResponse:
    """`/topics.ttl` and `/topics.jsonld`: all concepts of this node, shared and its own. 304 where nothing changed."""
    return _file(request, skos.said(Vocabulary()), form)


@require_safe
def topic_file(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    """`/topics/housing.ttl` and `.jsonld`: one topic, also a retired one."""
    vocabulary = Vocabulary()
    topic = vocabulary.get(Topic.Scheme.TOPIC, slug)
    if topic is None:
        raise Http404
    return _file(request, skos.said(vocabulary, topic), form)


def _file(request: HttpRequest, told: Said, form: str) -> HttpResponse:
    """The same for everybody who asks. Written anew only when something in it has changed."""
    etag = told.fingerprint(form)
    response = get_conditional_response(request, etag=etag)
    if response is None:
        key = f"skos:{etag[3:-1]}"
        body = cache.get(key)
        if body is None:
            body = skos.written(told, form)
            cache.set(key, body, KEPT)
        response = HttpResponse(body, content_type=skos.MEDIA_TYPES[form])
    response["ETag"] = etag
    response["Cache-Control"] = "public, no-cache"
    return response
