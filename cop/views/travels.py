"""Where a thing has travelled, for who published it and for the stewards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cop import access, threads
from federation import audiences
from federation.travels import days_on_record, travels

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PER_PAGE = 50


@require_safe
def where_it_travelled(request: HttpRequest) -> HttpResponse:
    """`?of=` and the address of any thing of this node, withdrawn or not. Absent and forbidden give the same 404."""
    thing = access.thing_for_tracing(request.actor, request.GET.get("of", "")[:500].replace("\0", ""))
    page = Paginator(travels(thing.uri), PER_PAGE).get_page(request.GET.get("page"))
    may_read = thing.audience in audiences.readable_by(request.actor)
    context = {
        "thing": thing,
        "title": threads.title_of(thing) if may_read else "",
        "page": page,
        "days_on_record": days_on_record(thing.uri),
    }
    return render(request, "cop/travels.html", context)
