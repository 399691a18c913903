"""The three audiences in plain words: this group, this node, everyone on all nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Collection

    from federation.models import Actor

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"

# Other programs write the same word in these ways (ActivityPub section 5.6).
PUBLIC_SPELLINGS = frozenset({PUBLIC, "as:Public", "Public"})


def this_node() -> str:
    """The people with an account here. Nothing addressed to them leaves the node."""
    return f"{settings.ORIGIN}/people"


def of_group(group_actor_uri: str) -> str:
    """The members of one group, on whichever nodes they are."""
    return f"{group_actor_uri}/members"


def readable_by(reader: Actor | None) -> Collection[str]:
    """The audiences `reader` belongs to; one query for a person, none for a visitor. The reader of a page asks once:
    `federation.middleware` gives it `audiences_read` to remember."""
    if not reader:  # also a lazy `request.actor` that turns out to be nobody
        return [PUBLIC]
    known: list[str] | None = getattr(reader, "audiences_read", None)
    if known is None:
        known = [PUBLIC, *reader.audience_keys.values_list("audience", flat=True)]
        if reader.is_ours and reader.user_id:
            known.append(this_node())
        if hasattr(reader, "audiences_read"):
            reader.audiences_read = known
    return known
