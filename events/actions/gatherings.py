"""Publishing, changing and withdrawing a gathering."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from atlas.listed import list_row
from cop.access import require_edit, require_speaking
from events.models import Gathering
from federation import audiences, publishing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from atlas.listed import Happened
    from federation.models import Actor


class TooFewPlaces(ValueError):
    """More people have a place than there would be places; `coming` says how many."""

    def __init__(self, coming: int) -> None:
        super().__init__(f"{coming} people have a place already")
        self.coming = coming


class TooEarly(ValueError):
    """It has not begun yet: nothing can have come of it."""


def publish_gathering(author: Actor, speaker: Actor, *, audience: str = audiences.PUBLIC, **fields: Any) -> Gathering:
    """A gathering, organised by a group one belongs to or by oneself. Raises NotAllowed."""
    require_speaking(author, speaker)
    with transaction.atomic():
        return publishing.publish(
            Gathering, "gatherings", "gathering", speaker=speaker, author=author, audience=audience, **fields
        )


def change_gathering(editor: Actor, gathering: Gathering, fields: Mapping[str, Any]) -> Gathering:
    """New words, times or state, told to every node and to all who come. Raises NotAllowed, TooFewPlaces.

    People keep their places: fewer places than people is refused, and the organisers choose whom to tell no.
    """
    require_edit(editor, gathering)
    with transaction.atomic():
        held = Gathering.objects.select_for_update(of=("self",)).get(pk=gathering.pk)
        capacity = fields.get("capacity", held.capacity)
        if capacity is not None and capacity < held.coming:
            raise TooFewPlaces(held.coming)
        return publishing.change(held, "gathering", by=editor, **fields)


def tell_outcome(editor: Actor, gathering: Gathering, fields: Mapping[str, Any]) -> Gathering:
    """Whether it was done, and what came of it; told again, it replaces what was told. Told to every node.

    Raises NotAllowed, TooEarly before it has begun.
    """
    require_edit(editor, gathering)
    with transaction.atomic():
        held = Gathering.objects.select_for_update(of=("self",)).get(pk=gathering.pk)
        if not held.has_begun:
            raise TooEarly(f"{held.uri} has not begun")
        return publishing.change(held, "gathering", by=editor, **fields)


def withdraw_gathering(editor: Actor, gathering: Gathering) -> Gathering:
    """Take it back on every node; all who come are told. Raises NotAllowed."""
    require_edit(editor, gathering)
    with transaction.atomic():
        return publishing.withdraw(gathering, "gathering", by=editor)


def list_gathering(node: Actor, register: str, register_id: str, **fields: Any) -> tuple[Gathering, Happened]:
    """One date of a calendar of others. As `atlas.listed.list_row`, inside a transaction."""
    return list_row(Gathering, "gatherings", "gathering", node, register, register_id, **fields)
