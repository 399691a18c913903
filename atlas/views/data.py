"""The same lists as data: points for maps, nodes and links for drawings."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from atlas import network, points
from atlas.access import cards_for
from atlas.fieldtypes import quote
from atlas.filters import CardFilter
from atlas.models import Area
from frontend import keeping

Json = dict[str, Any]
FURTHEST_IN = 22  # map zoom levels are 0 to this


class BadQuery(ValueError):
    """One parameter that could not be read: its name, its value, and what is accepted."""

    def __init__(self, field: str, value: str, message: str) -> None:
        super().__init__(message)
        self.field, self.value = field, value


@require_safe
@keeping.also
def cards_geojson(request: HttpRequest) -> HttpResponse:
    """`/atlas/cards.geojson`: the filters of the page, with `bbox=west,south,east,north` and `zoom=0…22`."""
    visible = cards_for(request)
    filters = CardFilter(request.GET, visible)
    try:
        zoom = _zoom(request.GET.get("zoom", ""))
    except BadQuery as bad:
        return _refused(filters, bad)
    if not filters.form.is_valid():
        return _refused(filters)
    found = points.collection(filters.in_order(), box=filters.in_force.get("bbox"), zoom=zoom)
    return _fresh(JsonResponse(found, content_type="application/geo+json"))


@require_safe
@keeping.also
def network_json(request: HttpRequest) -> HttpResponse:
    """`/atlas/network.json`: the filtered things and what they are linked to."""
    visible = cards_for(request)
    filters = CardFilter(request.GET, visible)
    if not filters.form.is_valid():
        return _refused(filters)
    found = network.drawn(filters.qs, visible, filters.in_force.get("layer", ""))
    return _fresh(JsonResponse(network.as_json(found)))


@require_safe
@keeping.also
def area_outline(request: HttpRequest, slug: str) -> HttpResponse:
    """`/atlas/areas/camden.geojson`: one area as a GeoJSON Feature, with who drew it. 304 where it has not changed."""
    area = Area.objects.filter(slug=slug).first()
    if area is None:
        raise Http404
    said = {"name": area.name, "level": area.level, "code": area.code, "source": area.source, "licence": area.licence}
    feature = {"type": "Feature", "properties": said, "geometry": area.shape}
    answer = JsonResponse(feature, content_type="application/geo+json")
    etag = f'"{area.pk}-{int(area.changed_at.timestamp())}"'
    answer["ETag"], answer["Cache-Control"] = etag, "public, max-age=3600"
    return get_conditional_response(request, etag=etag, response=answer) or answer


def _zoom(text: str) -> int | None:
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) <= 2 and int(text) <= FURTHEST_IN:
        return int(text)
    message = _("“%(value)s” is not a zoom level. Write a whole number from 0 to %(most)s.")
    raise BadQuery("zoom", text, message % {"value": quote(text), "most": FURTHEST_IN})


def _refused(filters: CardFilter, bad: BadQuery | None = None) -> HttpResponse:
    """400 as RFC 9457 says, one entry per parameter."""
    found = [
        (name, filters.data.get(name, ""), str(message)) for name, [message, *_more] in filters.form.errors.items()
    ]
    if bad:
        found.append((bad.field, bad.value, str(bad)))
    body = {
        "type": "about:blank",
        "title": _("Some of what you asked for could not be read."),
        "status": 400,
        "errors": [{"field": name, "value": quote(value), "message": message} for name, value, message in found],
    }
    return _fresh(JsonResponse(body, status=400, content_type="application/problem+json"))


def _fresh(response: HttpResponse) -> HttpResponse:
    """Asked again every time: what is seen depends on who asks, in which language, and when."""
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response
