"""The list of one kind from all nodes, with the atlas's own filters: the kinds above bring their words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from atlas import queries
from atlas.access import cards_for
from atlas.filters import CardFilter
from atlas.views.atlas import PER_PAGE, RESULTS, CountedPaginator


def kind_list(
    request: HttpRequest,
    kind: str,
    template: str,
    *,
    filter_class: type[CardFilter] = CardFilter,
    leave_out: tuple[str, ...] = (),
) -> HttpResponse:
    """Render `template` (which extends `atlas/kind_list.html`) with the cards of `kind`; filters named in `leave_out`
    make no sense for it. htmx gets the list alone."""
    visible = cards_for(request)
    filters = filter_class(request.GET, visible.filter(kind=kind), visible=visible)
    for name in ("kind", *leave_out):
        filters.filters[name].extra["widget"] = forms.HiddenInput()
    extent = queries.extent(filters.qs)
    page = CountedPaginator(filters.in_order().for_page(), PER_PAGE, extent.things).get_page(request.GET.get("page"))
    listed = filters.explained(page.object_list)
    context: dict[str, Any] = {
        "filters": filters,
        "extent": extent,
        "page": page,
        "listed": listed,
        "is_one_kind": True,
    }
    if request.htmx.target == RESULTS:  # type: ignore[attr-defined]
        response = render(request, "atlas/_results.html", context)
    else:
        response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response
