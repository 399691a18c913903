"""Publishing, changing and withdrawing places, and listing those of a register."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from atlas.listed import list_row
from cop.access import require_edit, require_speaking
from cop.models import Place
from federation import audiences, publishing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from atlas.listed import Happened
    from federation.models import Actor


def publish_place(
    author: Actor, speaker: Actor, *, audience: str = audiences.PUBLIC, once: str = "", **fields: Any
) -> Place:
    """A place that a group hosts, or that somebody knows of. `once` as in `publish`. Raises NotAllowed."""
    require_speaking(author, speaker)
    with transaction.atomic():
        return publishing.publish(
            Place, "places", "place", speaker=speaker, author=author, audience=audience, once=once, **fields
        )


def change_place(editor: Actor, place: Place, fields: Mapping[str, Any]) -> Place:
    require_edit(editor, place)
    with transaction.atomic():
        return publishing.change(place, "place", by=editor, **fields)


def withdraw_place(editor: Actor, place: Place) -> Place:
    require_edit(editor, place)
    with transaction.atomic():
        return publishing.withdraw(place, "place", by=editor)


def list_place(node: Actor, register: str, register_id: str, **fields: Any) -> tuple[Place, Happened]:
    """As `atlas.listed.list_row`, inside a transaction."""
    return list_row(Place, "places", "place", node, register, register_id, **fields)
