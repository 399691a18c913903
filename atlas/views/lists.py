"""The list of one kind from all nodes, with the atlas's own filters: the kinds above bring their words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from atlas import distances, lists, queries
from atlas.access import cards_for
from atlas.views.atlas import PER_PAGE, RESULTS, CountedPaginator
from atlas.views.fragments import is_for

if TYPE_CHECKING:
    from atlas.models import Card


def kind_list(
    request: HttpRequest,
    template: str,
    *,
    leave_out: tuple[str, ...] = (),
) -> HttpResponse:
    """Render `template` (which extends `atlas/kind_list.html`) with the list that is registered for this path; filters
    named in `leave_out` make no sense for it. htmx gets the list alone."""
    filters = lists.at(request.path).filtered(request.GET, cards_for(request))
    for name in ("kind", *leave_out):
        filters.filters[name].extra["widget"] = forms.HiddenInput()
    extent = queries.extent(filters.qs)
    page = CountedPaginator(filters.in_order().for_page(), PER_PAGE, extent.things).get_page(request.GET.get("page"))
    listed = filters.explained(page.object_list)
    if filters.tells_distances and filters.start:
        _say_how_far(listed, *filters.start)
    context: dict[str, Any] = {
        "filters": filters,
        "extent": extent,
        "page": page,
        "listed": listed,
        "is_one_kind": True,
    }
    response = render(request, "atlas/_results.html" if is_for(request, RESULTS) else template, context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _say_how_far(listed: list[Card], lat: float, lon: float) -> None:
    for card in listed:
        if card.lat is not None and card.lon is not None:
            metres = distances.metres(lat, lon, card.lat, card.lon)
            card.distance = distances.Distance(metres)  # type: ignore[attr-defined]
