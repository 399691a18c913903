"""What is kept only for a while."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef
from django.utils import timezone

from federation import types
from federation.models import Document, Node, Receipt, SeenSignature, Submission
from journal import Errand, periodic

if TYPE_CHECKING:
    from django.db.models import QuerySet

KEEP_SUBMISSIONS = dt.timedelta(days=30)  # a page may stay open, and asleep, over the holidays
KEEP_MESSAGES = dt.timedelta(days=14)
KEEP_UNREAD = dt.timedelta(days=14)  # also what waits for the thing it answers
AGREED = (*Node.SHARING, Node.Peering.PAUSED, Node.Peering.LIMITED)
PURGE_BATCH = 2000


@periodic("federation.purge", every=dt.timedelta(hours=1))
def purge(errand: Errand) -> None:
    """Forget which form published what, what messages said, and what strangers sent that became nothing here: at most
    PURGE_BATCH of each, to keep it short.

    That a message came is remembered for ever, so that a replay stays a replay; its signature as long as it is fresh.
    """
    now = timezone.now()
    old = Submission.objects.filter(at__lt=now - KEEP_SUBMISSIONS)
    Submission.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:PURGE_BATCH])).delete()
    SeenSignature.objects.filter(forget_at__lt=now).delete()  # one statement, however many
    read = Receipt.objects.filter(received_at__lt=now - KEEP_MESSAGES, state=Receipt.State.DONE).exclude(body=b"")
    Receipt.objects.filter(pk__in=list(read.values_list("pk", flat=True)[:PURGE_BATCH])).update(body=b"")
    strange = unread_of_strangers().filter(received_at__lt=now - KEEP_UNREAD).order_by("received_at")
    held = strange.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)
    Document.objects.filter(pk__in=list(held[:PURGE_BATCH])).delete()


def unread_of_strangers() -> QuerySet[Document]:
    """Documents that are shown nowhere, of nodes with which nothing is agreed.

    One that was refused as a later version of something shown here stays: it says who may change that. Tombstones stay
    as well, and all that neighbours share, so that their view and ours are the same.
    """
    unread = Document.objects.filter(state__in=Document.UNREAD, tombstone=False).exclude(node__peering__in=AGREED)
    for type_ in types.all_types():
        unread = unread.exclude(Exists(type_.model.objects.filter(uri=OuterRef("uri"))))
    return unread
