"""`{% talk thing %}`: what is written about a thing, and the form to write, on its page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from cop import talk as queries
from cop import threads
from cop.forms.conversations import writing
from federation import restrictions
from federation.models import Actor

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


@register.inclusion_tag("cop/_standing.html", takes_context=True)
def standing(context: template.Context, row: Published) -> dict[str, Any]:
    """Above a thing that stewards keep from others: that they do, and why, for those who see it. One query there,
    none elsewhere.

    Whoever reads the thing without a right to is not told that there is a decision about who speaks.
    """
    reader = context["request"].actor
    concerned = reader and (restrictions.is_node_steward(reader) or reader.pk in {row.actor_id, row.author_id})
    concerned = concerned and getattr(row, "is_kept", True)
    return {"standing": restrictions.standing_of(row.uri, row.actor) if concerned else []}


@register.inclusion_tag("cop/_report.html", takes_context=True)
def report_controls(context: template.Context, row: Published) -> dict[str, Any]:
    """The quiet way to report a thing, and not to meet its speaker any more; stewards decide about it at once."""
    reader = context["request"].actor
    speaker = row.actor
    mine = bool(reader) and reader.pk in {speaker.pk, row.author_id}
    blockable = bool(reader) and not mine and speaker.type != Actor.Type.APPLICATION
    decides = not mine and restrictions.is_node_steward(reader)
    return {
        "row": row,
        "mine": mine,
        "blockable": blockable,
        "decides": decides,
        "csrf_token": context.get("csrf_token"),
    }
