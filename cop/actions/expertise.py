"""Publishing, changing and withdrawing what somebody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from cop.access import require_edit, require_speaking
from cop.matching.done import hours_left
from cop.models import Expertise
from federation import audiences, publishing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from federation.models import Actor


def publish_expertise(
    author: Actor, speaker: Actor, *, audience: str = audiences.PUBLIC, once: str = "", **fields: Any
) -> Expertise:
    """What oneself, or a group one has joined, knows and can pass on. `once` as in `publish`. Raises NotAllowed."""
    require_speaking(author, speaker)
    fields["hours_left"] = fields.get("hours_budget")
    with transaction.atomic():
        return publishing.publish(
            Expertise, "expertise", "expertise", speaker=speaker, author=author, audience=audience, once=once, **fields
        )


def change_expertise(editor: Actor, expertise: Expertise, fields: Mapping[str, Any]) -> Expertise:
    require_edit(editor, expertise)
    budget = fields.get("hours_budget", expertise.hours_budget)
    with transaction.atomic():
        left = hours_left(expertise.uri, budget)
        return publishing.change(expertise, "expertise", by=editor, **{**fields, "hours_left": left})


def withdraw_expertise(editor: Actor, expertise: Expertise) -> Expertise:
    require_edit(editor, expertise)
    with transaction.atomic():
        return publishing.withdraw(expertise, "expertise", by=editor)
