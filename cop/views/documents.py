"""Things that stand on the page of something else: programs read their document, people are led to that page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import redirect

from federation.negotiation import document_response, wants_activity

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from federation.models import Published


def document_or_page(request: HttpRequest, row: Published, page: Callable[[], Any]) -> HttpResponse:
    """`page` says where people are led: an address or a row with one. Raises Http404 where it has none for them."""
    if wants_activity(request):
        return document_response(request, row)
    found = page()
    if found is None:
        raise Http404
    return redirect(found)
