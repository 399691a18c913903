"""A neighbour that has not answered for a day: that is on the record once, and that it is back."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef
from django.utils import timezone

from federation.models import Node
from journal import Entry, periodic, record

if TYPE_CHECKING:
    from journal.models import Errand

AWAY_AFTER = dt.timedelta(days=1)


@periodic("federation.notice_absence", every=dt.timedelta(hours=1))
def notice_absence(errand_row: Errand) -> None:
    """Perhaps nobody there knows: somebody should write to them."""
    noticed = Entry.objects.filter(name="node.away", uri=OuterRef("origin"), at__gte=OuterRef("unreachable_since"))
    silent = Node.objects.filter(unreachable_since__lt=timezone.now() - AWAY_AFTER, peering__in=Node.SHARING)
    for node in silent.filter(~Exists(noticed), blocked_at__isnull=True).order_by("pk"):
        record("node.away", node.origin)


def ends(node: Node) -> None:
    """It answers again. Inside a transaction."""
    if not node.is_neighbour:
        return
    last = Entry.objects.filter(name__in=("node.away", "node.back"), uri=node.origin).order_by("-pk").first()
    if last is not None and last.name == "node.away":
        record("node.back", node.origin)
