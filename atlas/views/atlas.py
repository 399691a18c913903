"""One page with three views of the same things: map, network, topics."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from atlas import cards, converging, distances, hoisting, layers, neighbourhood, queries, searching, topic_layers
from atlas.access import cards_for, reading
from atlas.area_switch import switch
from atlas.fieldtypes import quote
from atlas.filters import HERE, CardFilter, kind_plural
from atlas.models import Card, CardQuerySet, Topic
from atlas.tallies import Tallies, Tally
from atlas.views.fragments import is_for
from frontend import filtering, shell

PER_PAGE = 20
ROWS = 40  # relations on a page of the network's table
PAIRS = 30  # that converge
ROWS_PAGE = "rows"
RESULTS, RELATIONS, HOIST = "results", "relations", "hoist"  # ids of the fragments that fetch themselves again
VIEWS = ("map", "network", "topics")  # each has a template of its name


class KindCount(NamedTuple):
    words: str
    number: int
    url: str
    is_current: bool


class CountedPaginator(Paginator):  # type: ignore[type-arg]  # generic for type checkers only
    """Pages of a list whose length is known already."""

    count: int = 0

    def __init__(self, object_list: CardQuerySet, per_page: int, count: int) -> None:
        self.count = count
        super().__init__(object_list, per_page)


@require_safe
def atlas(request: HttpRequest) -> HttpResponse:
    """The page, or its list alone when htmx asks for that; `?view=` chooses, or the layer does; all else filters."""
    visible = cards_for(request)
    filters = CardFilter(request.GET, visible)
    asked = request.GET.get("view") or layers.view_of(request.GET.get("layer", ""))
    view = asked if asked in VIEWS else "map"
    context: dict[str, Any] = {"view": view, "filters": filters}
    if view == "network" and not is_for(request, RESULTS):
        context |= _relations(request, filters, visible)
    if not is_for(request, RELATIONS) and not is_for(request, HOIST):
        context |= _results(request, filters)
    if is_for(request, RESULTS):
        response = render(request, "atlas/_results.html", context)
    elif is_for(request, RELATIONS):
        response = render(request, "atlas/_relations.html", context)
    elif is_for(request, HOIST):
        response = render(request, "atlas/_hoist.html", context)
    else:
        context |= _around(request, filters, view) | {"unknown_view": "" if asked == view else quote(asked)}
        response = render(request, f"atlas/{view}.html", context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _relations(request: HttpRequest, filters: CardFilter, visible: CardQuerySet) -> dict[str, Any]:
    """The network as a table: the same relations as the drawing has, in its order."""
    around = neighbourhood.around(filters, visible) if "around" in filters.in_force else None
    found = around.network if around else neighbourhood.shown(filters, visible)
    rows = Paginator(found.edges, ROWS).get_page(request.GET.get(ROWS_PAGE))
    seen = {"network": found, "rows": rows, "has_states": any(edge.state or edge.amount for edge in rows)}
    return seen | {"neighbourhood": around, "hoist": hoisting.hoist(around) if around else None}


def _results(request: HttpRequest, filters: CardFilter) -> dict[str, Any]:
    """The list with its counts: the same in every view."""
    tallies = Tallies(reading(request))
    extent = queries.extent(filters.qs, tallies.of(filters))
    pages = CountedPaginator(filters.in_order().for_page(), PER_PAGE, extent.things)
    page = pages.get_page(request.GET.get("page"))
    listed = filters.explained(page.object_list)
    if filters.in_force.get("layer") == layers.FACE and filters.start:
        _say_how_far(listed, *filters.start)
    search = filters.search
    words = (search.mended_text or search.text) if search else ""
    return {
        "extent": extent,
        "page": page,
        "listed": listed,
        "kinds": _kind_counts(request, filters, tallies.of(filters, without="kind")),
        "named": searching.topics_named(words, filters.vocabulary.of(Topic.Scheme.TOPIC)) if words else [],
    }


def _say_how_far(listed: list[Card], lat: float, lon: float) -> None:
    for card in listed:
        if card.lat is not None and card.lon is not None:
            card.away = distances.in_words(distances.metres(lat, lon, card.lat, card.lon))  # type: ignore[attr-defined]


def _kind_counts(request: HttpRequest, filters: CardFilter, tally: Tally | None) -> list[KindCount]:
    chosen = filters.in_force.get("kind", "")
    counted = queries.per_kind(filters.without("kind"), cards.kinds(), tally)
    everything = KindCount(_("Everything"), sum(counted.values()), _address(request, kind=None), not chosen)
    per_kind = [
        KindCount(kind_plural(kind), count, _address(request, kind=kind), kind == chosen)
        for kind, count in counted.items()
    ]
    return [everything, *per_kind]


def _around(request: HttpRequest, filters: CardFilter, view: str) -> dict[str, Any]:
    """What stands around the list: the source of the drawing, the choices, the topics."""
    found: dict[str, Any] = {"source": filters.query_string}
    # The map is the page without `view`; where the address says it all the same, its link must be the current one.
    map_view = "map" if request.GET.get("view") == "map" else None
    found["views"] = {name: _address(request, view=map_view if name == "map" else name, layer=None) for name in VIEWS}
    found["view_url"] = found["views"][view]
    found |= _layers(request, filters, view)
    if view == "topics":
        found |= _topics(filters)
    return found


def _topics(filters: CardFilter) -> dict[str, Any]:
    """What the open layer of the topics shows above the list; without one, the tree and the grid."""
    layer, asked = filters.in_force.get("layer", ""), filters.without("topic")
    if layer == layers.GAPS:
        found = topic_layers.gaps(asked, filters.vocabulary)
        return {"gaps": found, "longest": max((gap.most for gap in found), default=0)}
    if layer == layers.CONVERGING:
        return {"pairs": converging.pairs(filters.queryset, filters.qs, PAIRS)}
    by_node = topic_layers.by_node(asked, filters.vocabulary, filters.nodes) if layer == layers.ISSUES else {}
    tree = queries.topic_tree(asked, filters.vocabulary, along_axes=None if layer else filters.without("topic", "axis"))
    nodes = {key: str(node) for key, node in filters.nodes.items()} | {HERE: shell.node_name()}
    for top in tree:
        top.nodes = [(nodes[each.key], each) for each in by_node.get(top.topic.iri, [])]
    return {"tree": tree, "axes": filters.vocabulary.of(Topic.Scheme.AXIS)}


def _layers(request: HttpRequest, filters: CardFilter, view: str) -> dict[str, Any]:
    """The layers of the view, which one is open, and the switch of areas."""
    chosen = filters.in_force.get("layer", "")
    of_view = layers.of_view(view)
    return {
        "layers": [(layer, _address(request, layer=layer.slug), layer.slug == chosen) for layer in of_view],
        "without_layer": _address(request, layer=None),
        "layer": layers.called(chosen),
        "area_switch": switch(filters.chosen_area, lambda name: _address(request, area=name or None)),
    }


def _address(request: HttpRequest, **changes: Any) -> str:
    return filtering.changed(request.GET, changes)
