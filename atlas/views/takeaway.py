"""Every list as a file: what is on all its pages, with the same filters, for whoever asks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from atlas import calendars, feeds, lists, points, spreadsheets
from atlas.access import cards_for
from atlas.views.files import unreadable
from frontend import shell

if TYPE_CHECKING:
    from atlas.filters import CardFilter
    from atlas.lists import CardList
    from atlas.models import CardQuerySet

MOST_TAKEN = 5000  # things in one file: some megabytes
AT_A_TIME = 500  # rows read from the database


@require_safe
def list_file(request: HttpRequest, place: str, form: str) -> HttpResponse:
    """`/needs/list.csv`, `.geojson`, `.ics`, `.atom`; 304 where nothing has changed, 400 for what cannot be read.

    Written whole and not in pieces: an ASGI server would gather the pieces of a synchronous view first.
    """
    card_list = _list_at(place, form)
    filters = card_list.filtered(request.GET, cards_for(request))
    if not filters.form.is_valid():
        return unreadable(filters)
    etag = _fingerprint(form, _chosen(filters, form))
    unchanged = get_conditional_response(request, etag=etag)
    response = unchanged or _file(request, card_list, filters, place, form)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response


def _list_at(place: str, form: str) -> CardList:
    try:
        card_list = lists.at(f"/{place}/")
    except lists.NoSuchList:
        raise Http404 from None
    if not {"ics": card_list.has_dates, "geojson": card_list.has_points}.get(form, True):
        raise Http404
    return card_list


def _chosen(filters: CardFilter, form: str) -> CardQuerySet:
    """The things of the file in their order: that of the list; in a feed the newest first."""
    found = filters.in_order()
    return found.newest_first()[: feeds.MOST_ENTRIES] if form == "atom" else found[:MOST_TAKEN]


def _fingerprint(form: str, chosen: CardQuerySet) -> str:
    """Changes with the things, their order, and the language. One query of two columns."""
    things = [(key, updated.isoformat()) for key, updated in chosen.values_list("pk", "updated")]
    said = json.dumps([form, get_language(), shell.node_name(), things])
    return f'W/"{hashlib.sha256(said.encode()).hexdigest()[:32]}"'


def _file(request: HttpRequest, card_list: CardList, filters: CardFilter, place: str, form: str) -> HttpResponse:
    media_type, make = MAKERS[form]
    response = HttpResponse(make(request, card_list, filters), content_type=media_type)
    if form != "atom":  # a feed is opened, the others are kept
        response["Content-Disposition"] = f'attachment; filename="{place}.{form}"'
    return response


def _csv(request: HttpRequest, card_list: CardList, filters: CardFilter) -> bytes:
    chosen = _chosen(filters, "csv").for_page().iterator(chunk_size=AT_A_TIME)
    return spreadsheets.spreadsheet(chosen, more=max(0, filters.in_order().count() - MOST_TAKEN))


def _geojson(request: HttpRequest, card_list: CardList, filters: CardFilter) -> bytes:
    return json.dumps(points.one_by_one(filters.in_order(), MOST_TAKEN), ensure_ascii=False).encode()


def _ics(request: HttpRequest, card_list: CardList, filters: CardFilter) -> bytes:
    if card_list.calendar:
        return card_list.calendar(filters)
    return calendars.calendar_of_cards(_chosen(filters, "ics"), name=_title(card_list, filters))


def _atom(request: HttpRequest, card_list: CardList, filters: CardFilter) -> bytes:
    page, address = f"{card_list.path}{filters.query_string}", f"{request.path}{filters.query_string}"
    chosen = _chosen(filters, "atom").for_page()
    title = _title(card_list, filters)
    return feeds.feed(chosen, title=title, page=page, address=address, empty_since=timezone.now())


def _title(card_list: CardList, filters: CardFilter) -> str:
    """“Needs: Housing – Camden Commons”."""
    asked = lists.words_of(filters)
    return f"{card_list.title}: {asked} – {shell.node_name()}" if asked else f"{card_list.title} – {shell.node_name()}"


MAKERS: dict[str, tuple[str, Callable[[HttpRequest, CardList, CardFilter], bytes]]] = {
    "csv": (spreadsheets.MEDIA_TYPE, _csv),
    "geojson": ("application/geo+json", _geojson),
    "ics": (calendars.MEDIA_TYPE, _ics),
    "atom": (feeds.MEDIA_TYPE, _atom),
}
