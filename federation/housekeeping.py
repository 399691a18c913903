"""What is kept only for a while."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from federation import types
from federation.models import Activity, Delivery, Document, Node, Publication, Receipt, SeenSignature, Submission
from journal import Errand, periodic

if TYPE_CHECKING:
    from django.db.models import QuerySet

KEEP_SUBMISSIONS = dt.timedelta(days=30)  # a page may stay open, and asleep, over the holidays
KEEP_MESSAGES = dt.timedelta(days=14)
KEEP_UNREAD = dt.timedelta(days=14)  # also what waits for the thing it answers
KEEP_DELIVERIES = dt.timedelta(days=30)  # of each thing and inbox the newest stays: an edit or an end must reach it too
KEEP_UNREACHED = dt.timedelta(days=365)
KEEP_STRANGE_TOMBSTONES = dt.timedelta(days=365)
ANSWERED_LATER = ("Follow", "Join", "Invite", "Offer", "Flag")  # found by their ids when the answer comes
PURGE_BATCH = 2000


@periodic("federation.purge", every=dt.timedelta(hours=1))
def purge(errand: Errand) -> None:
    """Forget which form published what, what messages said, what strangers sent that became nothing here, and what was
    sent long ago: at most PURGE_BATCH of each, to keep it short.

    That a message came is remembered for ever, so that a replay stays a replay; its signature as long as it is fresh.
    """
    now = timezone.now()
    old = Submission.objects.filter(at__lt=now - KEEP_SUBMISSIONS)
    Submission.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:PURGE_BATCH])).delete()
    SeenSignature.objects.filter(forget_at__lt=now).delete()  # one statement, however many
    read = Receipt.objects.filter(received_at__lt=now - KEEP_MESSAGES, state=Receipt.State.DONE).exclude(body=b"")
    Receipt.objects.filter(pk__in=list(read.values_list("pk", flat=True)[:PURGE_BATCH])).update(body=b"")
    # Nobody tried them again: they are no longer to be worked on, and stand in no list of what is.
    given_up = Receipt.objects.filter(received_at__lt=now - KEEP_MESSAGES, state=Receipt.State.DEAD)
    Receipt.objects.filter(pk__in=list(given_up.values_list("pk", flat=True)[:PURGE_BATCH])).update(
        state=Receipt.State.DONE, settled_at=now, outcome="given up", body=b""
    )
    strange = unread_of_strangers().filter(received_at__lt=now - KEEP_UNREAD).order_by("received_at")
    held = strange.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)
    Document.objects.filter(pk__in=list(held[:PURGE_BATCH])).delete()
    ended = tombstones_of_strangers().filter(received_at__lt=now - KEEP_STRANGE_TOMBSTONES).order_by("received_at")
    Document.objects.filter(pk__in=list(ended.values_list("pk", flat=True)[:PURGE_BATCH])).delete()
    sent = settled_deliveries(now).order_by("pk").values_list("pk", flat=True)
    Delivery.objects.filter(pk__in=list(sent[:PURGE_BATCH])).delete()
    said = activities_of_the_past(now).order_by("pk").values_list("pk", flat=True)
    Activity.objects.filter(pk__in=list(said[:PURGE_BATCH])).delete()


def settled_deliveries(now: dt.datetime) -> QuerySet[Delivery]:
    """Those nobody asks for any more: over long ago, and not the newest word about a living thing for that inbox."""
    before = now - KEEP_DELIVERIES
    newer = Delivery.objects.filter(
        inbox=OuterRef("inbox"), object_uri=OuterRef("object_uri"), id__gt=OuterRef("id"), state=Delivery.State.DONE
    )
    later = Delivery.objects.filter(inbox=OuterRef("inbox"), object_uri=OuterRef("object_uri"), id__gt=OuterRef("id"))
    gone = Publication.objects.filter(uri=OuterRef("object_uri"), tombstone=True, changed_at__lt=before)
    over = Q(object_uri="") | Exists(newer) | Exists(gone)
    done = Q(state=Delivery.State.DONE, settled_at__lt=before)
    # What the last refusal of a living thing said is still told to who wrote it.
    refused = Q(state=Delivery.State.DEAD, unreached=False, due_at__lt=before) & (over | Exists(later))
    never = Q(state=Delivery.State.DEAD, unreached=True, due_at__lt=now - KEEP_UNREACHED)
    return Delivery.objects.filter((done & over) | refused | never)


def activities_of_the_past(now: dt.datetime) -> QuerySet[Activity]:
    """Those that stand in no outbox, are on no way to anybody, and to which no answer can come."""
    kept = Delivery.objects.filter(activity=OuterRef("pk"))
    old = Activity.objects.filter(made_at__lt=now - KEEP_DELIVERIES, public=False)
    return old.exclude(type__in=ANSWERED_LATER).exclude(Exists(kept))


def tombstones_of_strangers() -> QuerySet[Document]:
    """The ends of things of nodes with which nothing is agreed, where nothing here remembers the thing."""
    return _remembered_nowhere(Document.objects.filter(tombstone=True).exclude(node__peering__in=Node.AGREED))


def unread_of_strangers() -> QuerySet[Document]:
    """Documents that are shown nowhere, of nodes with which nothing is agreed.

    One that was refused as a later version of something shown here stays: it says who may change that. Tombstones stay
    as well, and all that neighbours share, so that their view and ours are the same.
    """
    unread = Document.objects.filter(state__in=Document.UNREAD, tombstone=False)
    return _remembered_nowhere(unread.exclude(node__peering__in=Node.AGREED))


def _remembered_nowhere(documents: QuerySet[Document]) -> QuerySet[Document]:
    for type_ in types.all_types():
        documents = documents.exclude(Exists(type_.model.objects.filter(uri=OuterRef("uri"))))
    return documents
