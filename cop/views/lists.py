"""The lists of groups, places, needs and offers, from all nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_safe

from atlas.views.lists import kind_list

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
def groups(request: HttpRequest) -> HttpResponse:
    return kind_list(
        request, "cop/group_list.html", leave_out=("steps", "axis", "support", "exchange", "since", "until")
    )


@require_safe
def places(request: HttpRequest) -> HttpResponse:
    return kind_list(request, "cop/place_list.html", leave_out=("axis", "support", "exchange", "since", "until"))


@require_safe
def expertise(request: HttpRequest) -> HttpResponse:
    leave_out = ("steps", "axis", "support", "exchange", "since", "until")
    return kind_list(request, "cop/expertise_list.html", leave_out=leave_out)


@require_safe
def proposals(request: HttpRequest, direction: str) -> HttpResponse:
    template = f"cop/{direction}_list.html"
    never = ("exchange",) if direction == "need" else ()
    return kind_list(request, template, leave_out=("steps", "axis", *never))


@require_safe
def lending(request: HttpRequest) -> HttpResponse:
    """What can be borrowed on all nodes, the nearest first."""
    return kind_list(request, "cop/lending_list.html", leave_out=("steps", "axis"))
