"""Who may do what with a funding call. Absent and forbidden give the same 404."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404

from cop import access as cop
from cop.access import may_edit, may_trace, require_edit
from funding.models import Call

if TYPE_CHECKING:
    from federation.models import Actor

__all__ = ["call_for_editing", "call_for_reading", "may_edit", "may_trace", "withdrawn_for_reading"]


def call_for_reading(reader: Actor | None, public_id: str) -> Call:
    """The call with its `status`, from whichever node. Raises Http404."""
    calls = Call.objects.visible_to(reader).with_status().select_related("actor", "node")
    call: Call | None = calls.filter(public_id=public_id).first()
    if call is None:
        raise Http404
    return call


def call_for_editing(editor: Actor | None, public_id: str) -> Call:
    """For the stewards of its group, and who wrote it while they are in it.

    Raises Http404, or cop's NotAllowed for other readers.
    """
    call = call_for_reading(editor, public_id)
    require_edit(editor, call)
    return call


def withdrawn_for_reading(reader: Actor | None, public_id: str) -> Call:
    """A call that was taken back and that the reader could see before. Raises Http404."""
    return cop.withdrawn_for_reading(Call, reader, public_id)
