"""Who may do what with a page of know-how. Absent and forbidden give the same 404."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404

from cop import access as cop
from cop.access import NotAllowed
from cop.models import Member
from knowledge.models import Page, Revision

if TYPE_CHECKING:
    from federation.models import Actor


def page_for_reading(reader: Actor | None, public_id: str) -> Page:
    """The page, from whichever node. Raises Http404."""
    pages = Page.objects.visible_to(reader).select_related("actor", "node")
    page: Page | None = pages.filter(public_id=public_id).first()
    if page is None:
        raise Http404
    return page


def page_for_editing(editor: Actor | None, public_id: str) -> Page:
    """For its author and the members of its group. Raises Http404, or NotAllowed for other readers."""
    page = page_for_reading(editor, public_id)
    require_edit(editor, page)
    return page


def page_for_withdrawing(editor: Actor | None, public_id: str) -> Page:
    """For its author and the stewards of its group. Raises Http404, or NotAllowed for other readers."""
    page = page_for_reading(editor, public_id)
    cop.require_edit(editor, page)
    return page


def version_for_reading(reader: Actor | None, public_id: str, number: int) -> Revision:
    """One version of a page the reader may see. Raises Http404."""
    page = page_for_reading(reader, public_id)
    revision = Revision.objects.select_related("editor").filter(page=page, number=number).first()
    if revision is None:
        raise Http404
    revision.page = page
    return revision


def may_edit(actor: Actor | None, page: Page) -> bool:
    """Whoever wrote it and, in what a group says, its members: every version stays, so a mistake can be undone.

    Who is in the group from another node reads it there, and cannot change it.
    """
    if actor is None or not page.is_ours or not actor.is_ours:
        return False
    if cop.may_edit(actor, page):
        return True
    inside = Member.objects.filter(group__actor_id=page.actor_id, actor=actor, state=Member.State.JOINED)
    return inside.exists()


def may_withdraw(actor: Actor | None, page: Page) -> bool:
    return cop.may_edit(actor, page)


def require_edit(actor: Actor | None, page: Page) -> None:
    if not may_edit(actor, page):
        raise NotAllowed("only its author and the members of its group can change this")
