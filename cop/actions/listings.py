"""Listing organisations of a public register, and correcting and taking back what was listed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from atlas.listed import list_row
from cop.access import require_edit
from cop.models import Listing
from federation import actors, publishing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from atlas.listed import Happened
    from federation.models import Actor


def list_organisation(node: Actor, register: str, register_id: str, **fields: Any) -> tuple[Listing, Happened]:
    """As `atlas.listed.list_row`, inside a transaction."""
    return list_row(Listing, "organisations", "listing", node, register, register_id, **fields)


def change_listing(editor: Actor, listing: Listing, fields: Mapping[str, Any]) -> Listing:
    """What the register says wrongly, the node's stewards put right. Raises NotAllowed."""
    require_edit(editor, listing)
    with transaction.atomic():
        return publishing.change(listing, "listing", by=editor, **fields)


def withdraw_listing(editor: Actor, listing: Listing) -> Listing:
    """Take it back everywhere; no later run of the register brings it back. Raises NotAllowed."""
    require_edit(editor, listing)
    with transaction.atomic():
        return publishing.withdraw(listing, "listing", by=editor)


def lister() -> Actor:
    """Who lists: the node itself."""
    return actors.this_node().actor
