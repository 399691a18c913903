"""Publishing, changing and withdrawing needs and offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from cop.access import require_edit, require_speaking
from cop.lending import free
from cop.models import Proposal
from federation import audiences, publishing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from federation.models import Actor


def publish_proposal(
    author: Actor, speaker: Actor, direction: Proposal.Direction, *, audience: str = audiences.PUBLIC, **fields: Any
) -> Proposal:
    """A need or offer, said by a group one belongs to or by oneself. Raises NotAllowed."""
    require_speaking(author, speaker)
    with transaction.atomic():
        return publishing.publish(
            Proposal,
            f"{direction}s",
            direction,
            speaker=speaker,
            author=author,
            audience=audience,
            direction=direction,
            **fields,
        )


def change_proposal(editor: Actor, proposal: Proposal, fields: Mapping[str, Any]) -> Proposal:
    require_edit(editor, proposal)
    with transaction.atomic():
        changed = publishing.change(proposal, proposal.direction, by=editor, **fields)
        if changed.is_lent and "how_many" in fields:  # of more copies one may be left, of fewer none
            taken = free.to_keep(free.taken_of(changed, timezone.now()))
            changed = publishing.change(changed, changed.direction, by=editor, taken=taken)
        return changed


def withdraw_proposal(editor: Actor, proposal: Proposal) -> Proposal:
    require_edit(editor, proposal)
    with transaction.atomic():
        return publishing.withdraw(proposal, proposal.direction, by=editor)
