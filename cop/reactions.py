"""What follows in groups from what happens elsewhere."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from cop.actions.membership import LastSteward, leave_group
from cop.actions.people import groups_changed
from cop.models import Member
from federation.models import Actor
from journal import reaction

if TYPE_CHECKING:
    from journal.models import Errand


@reaction("cop.forget_member", to="actor.gone")
def forget_member(errand: Errand) -> None:
    """Whoever closed their account elsewhere is in no group any more: nothing is sent to them, nor to their node."""
    entry = errand.entry
    assert entry is not None  # reactions always come with their entry
    theirs = Member.objects.filter(actor__uri=entry.uri).order_by("pk")
    list(theirs.select_for_update())  # all at once, so that a steward who removes them meanwhile waits for the end
    for member in theirs.select_related("actor", "group"):
        with contextlib.suppress(LastSteward):
            leave_group(member.actor, member.group)


@reaction("cop.forget_closed", to="group.withdrawn")
def forget_closed(errand: Errand) -> None:
    """A group that is no more leaves the pages of those who show that they are in it."""
    entry = errand.entry
    assert entry is not None  # reactions always come with their entry
    inside = Actor.objects.filter(memberships__group__uri=entry.uri, memberships__state=Member.State.JOINED)
    for actor in inside.filter(user__isnull=False).order_by("pk"):
        groups_changed(actor)
