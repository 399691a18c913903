"""Receipts that people can read: sent, received by their node, seen.

The first two stand on the Delivery. The third is told by the other node, once, when somebody who can answer has opened
what the activity brought (`Read`, ActivityStreams): by whoever was asked or by their node, and never who it was.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Subquery

from federation import types
from federation.arrival import Arrival, arrival, with_positions
from federation.models import Activity, Actor, Delivery, Node, Receipt, Seen
from federation.outbound.say import say
from journal import errand, errand_kind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from django.db.models import QuerySet

    from journal.models import Errand

MOST_AT_ONCE = 200  # of one page
ANSWERED = frozenset({"Join", "Create", "Follow"})


@dataclass(frozen=True)
class Progress:
    """How far something of ours has come, at the node of whom it is for.

    `arrived_at` is when their node took it, or read it by itself; `said` what their server last said about it.
    """

    sent_at: dt.datetime
    node: Node
    arrival: Arrival
    arrived_at: dt.datetime | None = None
    seen_at: dt.datetime | None = None
    said: str = ""


def receipt(activity_uri: str) -> Progress | None:
    """How far one activity of ours has come; None where it went to no other node. One query."""
    return receipts([activity_uri]).get(activity_uri) if activity_uri else None


def receipts(activity_uris: Collection[str]) -> dict[str, Progress]:
    """The same for many, by the activity. One query."""
    sent = Delivery.objects.filter(activity__uri__in=list(activity_uris))
    return {row.activity.uri: _progress(row) for row in _rows(sent)}


def receipts_of(uris: Collection[str], node: Node) -> dict[str, Progress]:
    """How far what was published last under these addresses has come at one node, by the address. One query."""
    sent = Delivery.objects.filter(activity__object_uri__in=list(uris), activity__type="Create", node=node)
    return {row.activity.object_uri: _progress(row) for row in _rows(sent)}


def _rows(sent: QuerySet[Delivery]) -> Iterable[Delivery]:
    seen = Seen.objects.filter(activity_uri=OuterRef("activity__uri")).values("at")
    rows = with_positions(sent).select_related("activity", "node").annotate(seen_at=Subquery(seen))
    return rows.order_by("pk")


def _progress(row: Delivery) -> Progress:
    stands = arrival(row, row.position)  # type: ignore[attr-defined]
    return Progress(
        sent_at=row.made_at,
        node=row.node,
        arrival=stands,
        arrived_at=row.node.given_at if stands == Arrival.READ else row.delivered_at,
        seen_at=row.seen_at,  # type: ignore[attr-defined]
        said=row.answer,
    )


# What people here open -----------------------------------------------------------------------------------


def opened(*, activities: Mapping[str, Actor] | None = None, things: Mapping[str, Actor] | None = None) -> None:
    """Somebody who can answer has opened what neighbours sent: `activities` by their own address (a Join, a Follow),
    `things` by theirs (what a Create brought), each with the actor of ours that was asked, who says so to the sender.

    One query while there is nothing new to tell; otherwise an errand is written, in a transaction of its own.
    """
    asked = {**(activities or {}), **(things or {})}
    wanted = Q(activity_uri__in=list(activities or ())) | Q(object_uri__in=list(things or ()), type="Create")
    if not asked:
        return
    told = Seen.objects.filter(activity_uri=OuterRef("activity_uri"))
    cared_for = Q(actor__node__peering__in=(*Node.AGREED, Node.Peering.ASKED), actor__node__blocked_at__isnull=True)
    fresh = Receipt.objects.filter(wanted, cared_for, ~Exists(told), type__in=ANSWERED).order_by("pk")
    found = fresh.values_list("activity_uri", "object_uri")[:MOST_AT_ONCE]
    by = {uri: (asked.get(uri) or asked[about]).pk for uri, about in found}
    if by:
        key = hashlib.sha256("\n".join(by).encode()).hexdigest()
        with transaction.atomic():
            errand("federation.say_seen", payload={"by": by}, key=key)


@errand_kind("federation.say_seen")
def say_seen(errand_row: Errand) -> None:
    """Of two pages that were opened at once, the one whose row is written first says it."""
    by = errand_row.payload["by"]
    speakers = Actor.objects.filter(node__isnull=True).in_bulk(set(by.values()))
    for row in Receipt.objects.filter(activity_uri__in=by).select_related("actor").order_by("pk"):
        _seen, is_first = Seen.objects.get_or_create(activity_uri=row.activity_uri)
        speaker = speakers.get(by[row.activity_uri])
        if is_first and speaker is not None and row.actor.inbox:
            say(speaker, "Read", row.activity_uri, [row.actor.inbox], to=[row.actor.uri])


# What other nodes tell -----------------------------------------------------------------------------------


def told_seen(activity_uri: str, actor: Actor) -> str:
    """`actor` elsewhere says that an activity of ours was seen. Raises ValueError where it was not for them to see."""
    activity = Activity.objects.filter(uri=activity_uri, type__in=ANSWERED).first()
    if activity is None:
        raise ValueError("expected something that we asked you")
    asked = _whom_it_asked(activity)
    speaks_for_them = asked is not None and asked.node is not None and asked.node.actor_id == actor.pk
    if asked is None or not (asked.pk == actor.pk or speaks_for_them):
        raise ValueError("expected something that we asked you")
    if not Delivery.objects.filter(activity=activity, node=actor.node_id).exists():
        raise ValueError("expected something that we sent you")
    _seen, is_first = Seen.objects.get_or_create(activity_uri=activity_uri)
    return "seen" if is_first else "seen before"


def _whom_it_asked(activity: Activity) -> Actor | None:
    """Who can answer it: the group or organisers that a Join asks, who published what a post is about, a node."""
    found = types.locate(activity.object_uri)
    if found is None:
        return Actor.objects.select_related("node").filter(uri=activity.object_uri).first()
    type_, row = found
    asked = type_.asks(row) if row.is_ours else row.actor
    return Actor.objects.select_related("node").filter(pk=asked.pk).first() if asked is not None else None
