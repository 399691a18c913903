"""What follows in groups from what happens elsewhere."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from cop.actions.membership import LastSteward, leave_group
from cop.models import Member
from journal import reaction

if TYPE_CHECKING:
    from journal.models import Errand


@reaction("cop.forget_member", to="actor.gone")
def forget_member(errand: Errand) -> None:
    """Whoever closed their account elsewhere is in no group any more: nothing is sent to them, nor to their node."""
    entry = errand.entry
    assert entry is not None  # reactions always come with their entry
    for member in Member.objects.filter(actor__uri=entry.uri).select_related("actor", "group"):
        with contextlib.suppress(LastSteward):
            leave_group(member.actor, member.group)
