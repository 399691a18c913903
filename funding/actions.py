"""Publishing, changing and withdrawing funding calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from atlas.listed import list_row
from cop.access import require_edit, require_speaking
from federation import audiences, publishing
from funding.models import Call

if TYPE_CHECKING:
    from collections.abc import Mapping

    from atlas.listed import Happened
    from federation.models import Actor

FOLDER, KIND = "calls", "call"


def publish_call(author: Actor, speaker: Actor, *, audience: str = audiences.PUBLIC, **fields: Any) -> Call:
    """A call, published by a group one belongs to or by oneself; the giver may be anybody. Raises NotAllowed."""
    require_speaking(author, speaker)
    with transaction.atomic():
        return publishing.publish(Call, FOLDER, KIND, speaker=speaker, author=author, audience=audience, **fields)


def change_call(editor: Actor, call: Call, fields: Mapping[str, Any]) -> Call:
    """Raises NotAllowed for anybody but its author and the stewards of its group."""
    require_edit(editor, call)
    with transaction.atomic():
        return publishing.change(call, KIND, by=editor, **fields)


def withdraw_call(editor: Actor, call: Call) -> Call:
    require_edit(editor, call)
    with transaction.atomic():
        return publishing.withdraw(call, KIND, by=editor)


def list_call(node: Actor, register: str, register_id: str, **fields: Any) -> tuple[Call, Happened]:
    """One call of a register of others. As `atlas.listed.list_row`, inside a transaction."""
    return list_row(Call, FOLDER, KIND, node, register, register_id, **fields)
