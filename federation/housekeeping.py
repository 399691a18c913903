"""What is kept only for a while."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from federation.models import Receipt, Submission
from journal import Errand, periodic

KEEP_SUBMISSIONS = dt.timedelta(days=30)  # a page may stay open, and asleep, over the holidays
KEEP_MESSAGES = dt.timedelta(days=14)
PURGE_BATCH = 2000


@periodic("federation.purge", every=dt.timedelta(hours=6))
def purge(errand: Errand) -> None:
    """Forget which form published what, and what messages said, at most PURGE_BATCH of each to keep it short.

    That a message came is remembered for ever, so that a replay stays a replay.
    """
    now = timezone.now()
    old = Submission.objects.filter(at__lt=now - KEEP_SUBMISSIONS)
    Submission.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:PURGE_BATCH])).delete()
    read = Receipt.objects.filter(received_at__lt=now - KEEP_MESSAGES, state=Receipt.State.DONE).exclude(body=b"")
    Receipt.objects.filter(pk__in=list(read.values_list("pk", flat=True)[:PURGE_BATCH])).update(body=b"")
