"""Listing organisations of a public register: said by the node itself, updated by the register's number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from cop.models import Listing
from federation import actors, audiences, publishing
from federation.publishing import publish

if TYPE_CHECKING:
    from federation.models import Actor

Happened = Literal["new", "changed", "same"]


def list_organisation(node: Actor, register: str, register_id: str, **fields: Any) -> tuple[Listing, Happened]:
    """List one organisation, or bring the one listed before up to date. Must be called inside a transaction.

    Safe to repeat: nothing is written, and no version raised, where nothing differs. One that was withdrawn here
    stays withdrawn: the steward took it back, and a register does not know why.
    """
    held = Listing.objects.ours().filter(register=register, register_id=register_id).first()
    if held is None:
        keys = {"register": register, "register_id": register_id}
        made = publish(
            Listing,
            "organisations",
            "listing",
            speaker=node,
            author=None,
            audience=audiences.PUBLIC,
            **keys,
            **fields,
        )
        return made, "new"
    if held.withdrawn_at is not None:
        return held, "same"
    changed = publishing.change(held, "listing", by=node, **fields)
    return changed, "changed" if changed.version > held.version else "same"


def lister() -> Actor:
    """Who lists: the node itself."""
    return actors.this_node().actor
