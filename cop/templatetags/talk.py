"""`{% talk thing %}`: what is written about a thing, and the form to write, on its page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from cop import talk as queries
from cop import threads
from cop.forms.conversations import writing

if TYPE_CHECKING:
    from federation.models import Published

register = template.Library()


@register.inclusion_tag("cop/_talk.html", takes_context=True)
def talk(context: template.Context, thing: Published) -> dict[str, Any]:
    """The newest branches and the form. Nine queries at most for who is signed in, however many words there are."""
    request = context["request"]
    branches, has_earlier = queries.newest_about(thing.uri, request.actor)
    queries.tell_read(request.actor, thing, branches)
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "thing": thing,
        "title": threads.title_of(thing),
        "is_group": threads.is_discussion(thing),
        "branches": branches,
        "has_earlier": has_earlier,
        **writing(request.actor, thing),
    }
