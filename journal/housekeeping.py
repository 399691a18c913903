"""The journal forgets finished errands and workers that are gone."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from journal.models import Errand, Heartbeat
from journal.registry import periodic

KEEP_DONE = dt.timedelta(days=7)
KEEP_HEARTBEATS = dt.timedelta(days=1)
PURGE_BATCH = 2000


@periodic("journal.purge", every=dt.timedelta(hours=1))
def purge(errand: Errand) -> None:
    """Delete errands done a week ago, at most PURGE_BATCH at a time to keep the transaction short."""
    now = timezone.now()
    old = Errand.objects.filter(state=Errand.State.DONE, settled_at__lt=now - KEEP_DONE)
    Errand.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:PURGE_BATCH])).delete()
    Heartbeat.objects.filter(at__lt=now - KEEP_HEARTBEATS).delete()
