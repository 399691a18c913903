"""The list of gatherings, and calendar files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from atlas import lists
from atlas.access import cards_of
from atlas.views.files import calendar_file, unreadable
from atlas.views.fragments import is_for
from events import access, calendars
from events.views.gatherings import withdrawn

if TYPE_CHECKING:
    from django.http import HttpRequest

PER_PAGE = 30
RESULTS = "results"  # id of the fragment that fetches itself again


@require_safe
def gathering_list(request: HttpRequest) -> HttpResponse:
    """Filter state is in the address. A live list asks for its fragment again."""
    found = lists.at("/gatherings/").filtered(request.GET, cards_of(request.actor))
    page = Paginator(found.in_order().for_page(), PER_PAGE).get_page(request.GET.get("page"))
    listed = found.explained(page.object_list)
    template = "events/_list.html" if is_for(request, RESULTS) else "events/list.html"
    response = render(request, template, {"filter": found, "page": page, "listed": listed})
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


@require_safe
def list_calendar(request: HttpRequest) -> HttpResponse:
    """The same list as a calendar file to subscribe to, over all its pages; 400 where a filter cannot be read."""
    found = lists.at("/gatherings/").filtered(request.GET, cards_of(request.actor))
    if not found.form.is_valid():
        return unreadable(found)
    return calendar_file(calendars.calendar_of_list(found), "gatherings")


@require_safe
def gathering_calendar(request: HttpRequest, public_id: str) -> HttpResponse:
    try:
        gathering = access.gathering_for_reading(request.actor, public_id)
    except Http404:
        return withdrawn(request, public_id)
    if gathering.starts is None:
        raise Http404
    return calendar_file(calendars.calendar_of([gathering]), gathering.public_id)
