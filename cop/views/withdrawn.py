"""What was withdrawn says so: its tombstone to programs, a plain page to people, on whichever node they look."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import render

from cop.access import may_trace, withdrawn_for_reading
from federation.negotiation import copy_for_members, gone_document, kept_from_readers, wants_activity

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from federation.models import Published

View = Any


def page_or_tombstone(
    model: type[Published], instead: Callable[[Any], Any] = lambda _row: None
) -> Callable[[View], View]:
    """Decorate the page of a kind with 410 for what the reader could see before it was withdrawn.

    `instead` says what has taken its place, if anything has.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def shown(request: HttpRequest, public_id: str, **kwargs: Any) -> HttpResponse:
            try:
                return view(request, public_id, **kwargs)  # type: ignore[no-any-return]
            except Http404:
                copy = copy_for_members(request) or kept_from_readers(request)
                if copy is not None:
                    return copy
                row = withdrawn_for_reading(model, request.actor, public_id)
                if row.get_absolute_url() != request.path:
                    raise
            if wants_activity(request):
                return gone_document(row)
            context = {"instead": instead(row), "row": row, "runs": may_trace(request.actor, row)}
            return render(request, "cop/withdrawn.html", context, status=410)

        return shown

    return decorate
