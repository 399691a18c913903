"""Publishing, changing and withdrawing needs and offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from cop.access import require_edit, require_speaking
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
        return publishing.change(proposal, proposal.direction, by=editor, **fields)


def withdraw_proposal(editor: Actor, proposal: Proposal) -> Proposal:
    require_edit(editor, proposal)
    with transaction.atomic():
        return publishing.withdraw(proposal, proposal.direction, by=editor)
