"""Starter kits: all of them, one of them whole, and what a group can still take from one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import signed_in
from atlas.fields import LANGUAGES as NAMES
from cop import access
from cop.kits import asking, steps
from cop.kits.reading import all_kits
from cop.kits.said import LANGUAGES

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
def kit_list(request: HttpRequest) -> HttpResponse:
    context = {"kits": all_kits(asking.language_of()), "suggested": asking.suggested()}
    return render(request, "cop/kits.html", context)


@require_safe
def kit_page(request: HttpRequest, slug: str) -> HttpResponse:
    kit = asking.kit_named(slug, request.GET.get("language", ""))
    others = [(code, name) for code, name in NAMES if code in LANGUAGES and code != kit.language]
    context = {"kit": kit, "examples": steps.examples_of(kit), "others": others}
    return render(request, "cop/kit.html", context)


@signed_in
@require_safe
def group_kit(request: HttpRequest, public_id: str) -> HttpResponse:
    """For a steward of the group: the steps of a kit, or first which kit. In the group's own language."""
    group = access.group_for_editing(request.actor, public_id)
    kit = asking.asked_for(request.GET, group.language)
    context = {"group": group, "kit": kit}
    if kit is None:
        return render(request, "cop/group_kits.html", context | {"kits": all_kits(asking.language_of(group.language))})
    context |= {"steps": steps.steps_of(kit, group, request.actor), "examples": steps.examples_of(kit, group)}
    return render(request, "cop/group_kit.html", context)
