"""`{% follow_button "topic" topic.iri topic.label %}`: follow or stop following, with or without scripts."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import template
from django.http import HttpRequest
from django.middleware.csrf import get_token

from notifications import queries
from notifications.models import Follow

register = template.Library()


@register.inclusion_tag("notifications/_follow_button.html", takes_context=True)
def follow_button(context: template.Context, kind: str, target: str, name: str = "") -> dict[str, Any]:
    """`kind` is one of Follow.Kind, `target` its IRI, URI, words or address, `name` what screen
    readers add to the verb.

    All buttons of a page together cost one query, none for visitors.
    """
    if kind not in Follow.Kind.values:
        raise template.TemplateSyntaxError(f"follow_button: {kind!r} is not one of {Follow.Kind.values}")
    request = context["request"]
    return button_context(request, kind, target, name, following=(kind, target) in _followed(request))


def button_context(request: HttpRequest, kind: str, target: str, name: str, *, following: bool) -> dict[str, Any]:
    here = request.POST.get("next") or request.get_full_path()
    return {
        "request": request,
        "csrf_token": get_token(request),
        "signed_in": request.user.is_authenticated,
        "kind": kind,
        "target": target,
        "name": name,
        "following": following,
        "next": here,
        "next_query": urlencode({"next": here}),
    }


def _followed(request: HttpRequest) -> set[tuple[str, str]]:
    if not request.user.is_authenticated:
        return set()
    if not hasattr(request, "follows"):
        request.follows = queries.followed_by(request.user)
    return request.follows
