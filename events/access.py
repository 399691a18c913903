"""Who may see, change and run a gathering. Absent and forbidden give the same 404."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404

from cop import access as cop
from cop.access import may_edit, may_trace, require_edit
from events.models import Attendee, Gathering

if TYPE_CHECKING:
    from federation.models import Actor

__all__ = [
    "attendee_for_answering",
    "gathering_for_editing",
    "gathering_for_reading",
    "may_edit",
    "may_trace",
    "require_edit",
    "withdrawn_for_reading",
]


def gathering_for_reading(reader: Actor | None, public_id: str) -> Gathering:
    rows = Gathering.objects.visible_to(reader).select_related("actor", "node", "festival")
    row: Gathering | None = rows.filter(public_id=public_id).first()
    if row is None:
        raise Http404
    return row


def gathering_for_editing(person: Actor | None, public_id: str) -> Gathering:
    """For the stewards of the group that organises it, and whoever wrote it while they are in that group.

    Raises Http404, or NotAllowed for somebody who may only read it.
    """
    row = gathering_for_reading(person, public_id)
    require_edit(person, row)
    return row


def withdrawn_for_reading(reader: Actor | None, public_id: str) -> Gathering:
    """A gathering that was taken back, for those who could have read it before. Raises Http404."""
    return cop.withdrawn_for_reading(Gathering, reader, public_id)


def attendee_for_answering(organiser: Actor | None, public_id: str, number: int) -> Attendee:
    """One of those who asked to come or who come, for the organisers. Raises Http404, or NotAllowed."""
    gathering = gathering_for_editing(organiser, public_id)
    row = gathering.attendees.select_related("gathering__actor", "actor").filter(pk=number).first()
    if row is None:
        raise Http404
    return row
