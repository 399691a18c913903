"""Where a thing of ours has travelled: each server it was sent to, what that was told last and whether it arrived, and
the neighbours that read it by themselves.

Who else holds a copy is not known: people and servers pass things on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef
from django.utils import timezone

from federation.arrival import Arrival, arrival, has_read
from federation.housekeeping import KEEP_DELIVERIES
from federation.models import Delivery, Node, Publication
from federation.outbound.say import TELLS_HOW_IT_STANDS

if TYPE_CHECKING:
    import datetime as dt

TELL_OF_IT = (*TELLS_HOW_IT_STANDS, "Delete", "Announce")
ARRIVED = frozenset({Arrival.RECEIVED, Arrival.READ})


@dataclass(frozen=True)
class Stop:
    """One server, and how far the thing has come there. `row` is the last delivery that told of it; None for a
    neighbour that was never told, and reads what we publish when it has the time."""

    node: Node
    arrival: Arrival
    row: Delivery | None

    @property
    def arrived_at(self) -> dt.datetime | None:
        if self.arrival == Arrival.READ:
            return self.node.given_at
        return self.row.delivered_at if self.row is not None else None


def travels(uri: str) -> list[Stop]:
    """Those where it has not arrived first, then by name. Three queries."""
    told = Delivery.objects.filter(activity__object_uri=uri, activity__type__in=TELL_OF_IT)
    later = told.filter(node=OuterRef("node"), pk__gt=OuterRef("pk"))
    last = {row.node_id: row for row in told.filter(~Exists(later)).select_related("activity", "node")}
    published = Publication.objects.filter(uri=uri, public=True).only("position", "tombstone").first()
    position = published.position if published is not None else None
    stops = [Stop(row.node, arrival(row, position), row) for row in last.values()]
    if published is not None and not published.tombstone:  # of an end nobody can say who had read the thing before
        readers = Node.objects.filter(peering__in=Node.AGREED, blocked_at__isnull=True).exclude(pk__in=last)
        stops += [Stop(node, _without_a_word(node, published.position), None) for node in readers]
    return sorted(stops, key=lambda stop: (stop.arrival in ARRIVED, stop.node.name, stop.node.origin))


def _without_a_word(node: Node, position: int) -> Arrival:
    if has_read(node, position):
        return Arrival.READ
    return Arrival.PAUSED if node.peering == Node.Peering.PAUSED else Arrival.LEFT_TO_THEM


def days_on_record(uri: str) -> int:
    """After how many days the record of a thing that was taken back went, where that has come; else 0. One query."""
    before = timezone.now() - KEEP_DELIVERIES
    gone = Publication.objects.filter(uri=uri, tombstone=True, changed_at__lt=before).exists()
    return KEEP_DELIVERIES.days if gone else 0
