"""The same lists as data: points for maps, nodes and links for drawings."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from atlas import neighbourhood, network, points, whole
from atlas.access import cards_for, reading
from atlas.fieldtypes import quote
from atlas.filters import CardFilter
from atlas.models import Area
from atlas.problems import BadQuery, asked_every_time, faults_of, unreadable
from atlas.tallies import Tallies, Tally
from frontend import keeping

FURTHEST_IN = 22  # map zoom levels are 0 to this


@require_safe
@keeping.also
def cards_geojson(request: HttpRequest) -> HttpResponse:
    """`/atlas/cards.geojson`: the filters of the page, with `bbox=west,south,east,north` and `zoom=0…22`."""
    who = reading(request)
    filters = CardFilter(request.GET, who.cards())
    return points_asked_for(request, filters, Tallies(who).of(filters, without="bbox"))


def points_asked_for(request: HttpRequest, filters: CardFilter, tally: Tally | None = None) -> HttpResponse:
    """The points of a list for the part and the zoom level that a map asks for; 400 where that cannot be read. `tally`
    is that of the same list, where somebody counted it."""
    try:
        zoom = _zoom(request.GET.get("zoom", ""))
    except BadQuery as bad:
        return unreadable([*faults_of(filters.form), bad])
    if not filters.form.is_valid():
        return unreadable(faults_of(filters.form))
    found = points.collection(filters.in_order(), box=filters.in_force.get("bbox"), zoom=zoom, tally=tally)
    return asked_every_time(JsonResponse(found, content_type="application/geo+json"))


@require_safe
@keeping.also
def network_json(request: HttpRequest) -> HttpResponse:
    """`/atlas/network.json`: the filtered things and what they are linked to."""
    visible = cards_for(request)
    filters = CardFilter(request.GET, visible)
    if not filters.form.is_valid():
        return unreadable(faults_of(filters.form))
    found = neighbourhood.shown(filters, visible)
    return asked_every_time(JsonResponse(network.as_json(found)))


@require_safe
def whole_json(request: HttpRequest) -> HttpResponse:
    """`/atlas/network/whole.json`: as far as it goes, all of the network that the filters leave, at kept places."""
    visible = cards_for(request)
    filters = CardFilter(request.GET, visible)
    if not filters.form.is_valid():
        return unreadable(faults_of(filters.form))
    return asked_every_time(JsonResponse(whole.whole(filters, visible)))


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
