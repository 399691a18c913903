"""Where a thing of ours has travelled: each server it was sent to, what that was told last, and whether it arrived.

Who else holds a copy is not known: people and servers pass things on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from federation.housekeeping import KEEP_DELIVERIES
from federation.models import Delivery, Publication
from federation.outbound.say import TELLS_HOW_IT_STANDS

if TYPE_CHECKING:
    from django.db.models import QuerySet

TELL_OF_IT = (*TELLS_HOW_IT_STANDS, "Delete", "Announce")


def travels(uri: str) -> QuerySet[Delivery]:
    """The last delivery to each node that told of the thing, those that did not arrive first. One query, with all that
    `stop` needs."""
    told = Delivery.objects.filter(activity__object_uri=uri, activity__type__in=TELL_OF_IT)
    later = told.filter(node=OuterRef("node"), pk__gt=OuterRef("pk"))
    last = told.filter(~Exists(later)).select_related("activity", "node")
    return last.order_by(F("delivered_at").asc(nulls_first=True), "node__name", "pk")


def days_on_record(uri: str) -> int:
    """After how many days the record of a thing that was taken back went, where that has come; else 0. One query."""
    before = timezone.now() - KEEP_DELIVERIES
    gone = Publication.objects.filter(uri=uri, tombstone=True, changed_at__lt=before).exists()
    return KEEP_DELIVERIES.days if gone else 0


def how_it_stands(row: Delivery) -> str:
    """One word for where a delivery has got to, for the page to put into a sentence."""
    if row.state == Delivery.State.DONE:
        return "received" if row.delivered_at is not None else "overtaken"
    if row.state == Delivery.State.DEAD:
        return "refused" if row.error.startswith("refused:") else "given up"
    if row.node.blocked_at is not None:
        return "blocked"
    if row.node.peering == row.node.Peering.PAUSED:
        return "paused"
    return "waiting" if row.attempts else "on its way"
