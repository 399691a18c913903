"""`{% converging thing %}`: what lies close to a thing on other nodes; those who run it can dismiss it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from atlas import converging as queries
from atlas.access import cards_of
from cop import access

if TYPE_CHECKING:
    from federation.models import Published

register = template.Library()


@register.inclusion_tag("cop/_converging.html", takes_context=True)
def converging(context: template.Context, thing: Published) -> dict[str, Any]:
    """Six queries at most, two where nothing converges."""
    request = context["request"]
    found = queries.of(thing.uri, cards_of(request.actor or None))
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "found": found,
        "may_choose": bool(found) and access.may_edit(request.actor or None, thing),
    }
