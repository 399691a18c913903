"""The receipts lane: what the door let in is authorised, read and acted on, one transaction each."""

from __future__ import annotations

import dataclasses
import logging
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from federation import actors, repair, types
from federation.bounded import BadDocument
from federation.documents import read_document
from federation.guard import FetchRefused
from federation.http import FetchFailed
from federation.inbound.forwarded import vouched_by
from federation.inbound.objects import SaysOtherwise
from federation.inbound.objects_verbs import ask_for, is_welcome
from federation.inbound.verbs import Incoming, Refused, handler_for, id_of
from federation.models import Activity, Actor, Document, Node, Receipt
from journal import LeaseLost, claim, fail, lane, postpone, settle
from journal.claims import in_hand, stopping, worn_out

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

Json = dict[str, Any]
BATCH = 50
NOTHING_CAME_OF_IT = ("not kept", "not counted", "not asked for", "nobody here follows", "nothing of theirs here")
"""How the outcomes end of what strangers may push at us for nothing; `refused:` is how the others begin."""
CARRIES_ANOTHER = frozenset({"Accept", "Reject", "Undo", "Announce", "TentativeAccept"})


@lane("receipts", width=2)
def drain(limit: int = 500) -> int:
    """Work through what came in; returns how many receipts were tried. One bad receipt does not stop the rest."""
    earlier = Receipt.objects.filter(
        state=Receipt.State.READY, object_uri=OuterRef("object_uri"), actor=OuterRef("actor"), id__lt=OuterRef("id")
    ).exclude(object_uri="")
    tried = 0
    while tried < limit:
        rows = claim(Receipt, min(BATCH, limit - tried), where=~Q(Exists(earlier)))
        if not rows:
            break
        with in_hand(rows):
            for row in rows:
                work_on(row)
        _compare_after(rows)
        tried += len(rows)
    return tried


def _compare_after(rows: list[Receipt]) -> None:
    """Where something came from, more may have been meant to come: the views are compared once it is quiet."""
    spoke = Node.objects.filter(actors__in={row.actor_id for row in rows}).distinct()
    with transaction.atomic():
        for node in spoke.filter(peering__in=Node.SHARING).order_by("pk"):
            repair.soon(node)


def work_on(receipt: Receipt) -> None:
    """Read one receipt and do what it says, or write down why not."""
    if stopping.is_set():
        postpone(receipt, until=receipt.due_at)
        return
    if worn_out(receipt):
        return
    try:
        _act_on(receipt)
    except LeaseLost:
        log.info("receipt %s was taken over by another worker", receipt.pk)
    except Exception as error:  # a fault of ours in one receipt must not end the lane; it is kept and shown on the desk
        log.exception("receipt %s failed on attempt %s", receipt.pk, receipt.attempts)
        fail(receipt, error)


def _act_on(receipt: Receipt) -> None:
    try:
        # Many programs give a Follow or a Like no id, or none that is one: then the door has given it one.
        activity = read_document(bytes(receipt.body)) | {"id": receipt.activity_uri}
        read_sender(receipt.actor)
        handler, incoming = prepare(activity, receipt.actor)
        with transaction.atomic():
            outcome = handler(incoming)
            settle(receipt, outcome=outcome[:300], **_what_is_kept(receipt, outcome))
    except (Refused, BadDocument) as refusal:
        log.info("activity %s was refused: %s", receipt.activity_uri, refusal)
        with transaction.atomic():
            outcome = f"refused: {refusal}"[:300]
            settle(receipt, outcome=outcome, **_what_is_kept(receipt, outcome))
            if isinstance(refusal, SaysOtherwise):
                ask_for(receipt.object_uri)


def _what_is_kept(receipt: Receipt, outcome: str) -> Json:
    """Nothing of what comes late about a thing that is withdrawn; else the bytes stay for their 14 days.

    A Delete has no words, and is passed on to those who heard them. Of strangers nothing that came to nothing: they
    could fill the disk with it.
    """
    if outcome.startswith("refused:") or outcome.endswith(NOTHING_CAME_OF_IT):
        agreed = Node.objects.filter(actors=receipt.actor, peering__in=[*Node.AGREED, Node.Peering.INVITED])
        if not agreed.exists():
            return {"body": b""}
    gone = receipt.type != "Delete" and Document.objects.filter(uri=receipt.object_uri, tombstone=True).exists()
    return {"body": b""} if gone else {}


def read_sender(actor: Actor) -> None:
    """Make sure we know where to answer; the key alone may have come without an inbox."""
    if actor.read_at is None:
        try:
            actors.fetch(actor.uri)
        except FetchFailed:
            raise  # they may be back later
        except FetchRefused as refused:
            raise Refused(f"{actor.uri} could not be read: {refused}") from refused
        actor.refresh_from_db()


def prepare(activity: Json, actor: Actor) -> tuple[Callable[[Incoming], str], Incoming]:
    """Find the handler, and do what needs the network, before any transaction begins."""
    if actor.node is None:
        raise Refused("actor: an address on this node cannot come from outside")
    type_ = str(activity.get("type", ""))
    obj = activity.get("object")
    inner = inner_activity(obj) if type_ in CARRIES_ANOTHER else None
    about = id_of(inner.get("object")) if inner else id_of(obj)
    found = types.locate(about) if about else None
    kind = found[0].kind_of(found[1]) if found else ""
    # What an Offer offers may be no thing of its own here: then its type says who answers for it.
    offered = _type_of(inner.get("object")) if inner else ""
    handler = handler_for(type_, _type_of(inner if type_ in CARRIES_ANOTHER else obj), kind or offered)
    if handler is None and type_ not in CARRIES_ANOTHER:
        handler = handler_for(type_, "", kind)  # an object of no type that a kind asks for by name
    if handler is None:
        raise Refused(f"{type_}: not something this node acts on")
    target = found[1] if found else None
    incoming = Incoming(activity, actor, actor.node, kind=kind, target=target, inner=inner)
    # Whose words nobody here wants cannot have us ask for keys: servers that never answer would hold up the inbox.
    if inner is not None and type_ == "Announce" and is_welcome(incoming):
        incoming = dataclasses.replace(incoming, vouched=vouched_by(inner))
    return handler, incoming


def _type_of(obj: Any) -> str:
    return str(obj.get("type", "")) if isinstance(obj, dict) else ""


def inner_activity(obj: Any) -> Json | None:
    """The activity inside an Accept, Reject, Undo or Announce: ours by its id, theirs as embedded."""
    uri = id_of(obj)
    if uri:
        ours = Activity.objects.filter(uri=uri).first()
        if ours is not None:
            return read_document(ours.body.encode())
        before = Receipt.objects.filter(activity_uri=uri).exclude(body=b"").first()
        if before is not None:
            return read_document(bytes(before.body))
    return obj if isinstance(obj, dict) and "object" in obj else None
