"""The page of an organisation taken from a public register."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cop.models import Listing
from cop.views.withdrawn import page_or_tombstone
from federation.negotiation import document_response, wants_activity

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
@page_or_tombstone(Listing)
def listing_page(request: HttpRequest, public_id: str) -> HttpResponse:
    listing = (
        Listing.objects.visible_to(request.actor).select_related("actor", "node").filter(public_id=public_id).first()
    )
    if listing is None:
        raise Http404
    if wants_activity(request):
        return document_response(request, listing)
    return render(request, "cop/listing.html", {"listing": listing})
