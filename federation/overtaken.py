"""What was given up while a node was away, and is not to be said any more now that it is back."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from federation.audiences import PUBLIC
from federation.models import Actor, Delivery, Node
from federation.outbound.say import ERASED, TELLS_HOW_IT_STANDS, readers_of
from federation.values import as_list

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

HOW_IT_STANDS = (*TELLS_HOW_IT_STANDS, "Delete")
LAST_WORD_COUNTS = (*HOW_IT_STANDS, "Join", "Leave", "Follow", "Undo")
"""Of these, what the same actor says of the same thing later takes the place of what it said before."""

COMPARED = "they compare their view with ours instead"
LATER_WORD = "they have taken a later word about it"
NO_LONGER_THEIRS = "they are no longer among those it is for"


def among(rows: Sequence[Delivery], node: Node) -> dict[int, str]:
    """Which of these deliveries to `node`, with their activities, are settled without being sent, and why.

    How public things stand a neighbour asks by itself, when it compares its view with ours. Where they have taken a
    later word it would be out of order: a Join after the Leave. What is for a group's members goes to those who are.
    """
    overtaken = _overtaken(rows)
    readers = cache(_readers)
    found = {}
    for row in rows:
        reason = _reason(row, node, overtaken, readers)
        if reason:
            found[row.pk] = reason
    return found


def _reason(row: Delivery, node: Node, overtaken: set[int], readers: Callable[[str], set[str]]) -> str:
    activity = row.activity
    if activity.body == ERASED:
        return COMPARED
    if row.pk in overtaken:
        return LATER_WORD
    said = json.loads(activity.body)
    names = {str(name) for field in ("to", "cc") for name in as_list(said.get(field))}
    if PUBLIC in names:
        return COMPARED if node.peering in Node.SHARING and activity.type in HOW_IT_STANDS else ""
    if activity.farewell:
        return ""  # whoever was told of a thing hears that it is gone
    groups = [name for name in names if name.endswith("/members")]
    if groups and not any(row.inbox in readers(group) for group in groups):
        return NO_LONGER_THEIRS
    return ""


def _overtaken(rows: Iterable[Delivery]) -> set[int]:
    later = Delivery.objects.filter(
        inbox=OuterRef("inbox"),
        object_uri=OuterRef("object_uri"),
        id__gt=OuterRef("id"),
        activity__actor=OuterRef("activity__actor"),
        activity__type__in=LAST_WORD_COUNTS,
        delivered_at__isnull=False,
    )
    words = Delivery.objects.filter(pk__in=[row.pk for row in rows], activity__type__in=LAST_WORD_COUNTS)
    return set(words.exclude(object_uri="").filter(Exists(later)).values_list("pk", flat=True))


def _readers(audience: str) -> set[str]:
    """The inboxes that get what is for a group's members now: theirs, and the group's own, which hears it for them."""
    for_groups = Node.objects.filter(Node.FOR_GROUPS, blocked_at__isnull=True)
    homes = Actor.objects.filter(uri=audience.removesuffix("/members"), node__in=for_groups)
    return {*readers_of(audience), *(home.delivery_inbox for home in homes)}
