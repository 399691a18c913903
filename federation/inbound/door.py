"""The inbox: everything that can be refused is refused here, in the request; the rest is kept and worked on later."""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from federation import identity, limits, returning
from federation.bounded import BadDocument
from federation.documents import read_document
from federation.inbound.authenticate import SignatureMissing, authenticate
from federation.inbound.verbs import id_of
from federation.kept_out import Refusal, require_let_in
from federation.limits import MAX_BYTES
from federation.models import Actor, Node, Receipt, SeenSignature
from federation.signatures import SignatureRefused
from journal import bell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from federation.signatures import Signer

log = logging.getLogger(__name__)

CONTENT_TYPES = ("application/activity+json", "application/ld+json", "application/json")


@csrf_exempt
@require_POST
def inbox(request: HttpRequest, **_which: str) -> HttpResponse:
    """202 once the activity is safely stored; 4xx with a reason otherwise. All inboxes of this node are one door."""
    try:
        receive(request)
    except Refusal as refusal:
        log.info("inbox refused with %s: %s", refusal.status, refusal)
        return refusal.as_response()
    return HttpResponse(status=202)


def receive(request: HttpRequest) -> None:
    raw = _body(request)
    try:
        activity = read_document(raw)
    except BadDocument as bad:
        raise Refusal(400, str(bad)) from bad
    actor_uri = id_of(activity.get("actor"))
    type_ = activity.get("type")
    if not actor_uri or not isinstance(type_, str):
        raise Refusal(400, "actor and type: expected an address and one name")
    _policy(actor_uri)
    farewell = _farewell_of_a_stranger(activity, actor_uri)
    if farewell and not _is_of_a_neighbour(actor_uri):
        return
    try:
        actor, signer = authenticate(request, raw, owner=actor_uri)
    except (SignatureMissing, SignatureRefused) as refused:
        if farewell:
            return
        raise Refusal(401, str(refused)) from refused
    if actor.uri != actor_uri:
        raise Refusal(401, f"actor: the key belongs to {actor.uri}, not to {actor_uri}")
    if SeenSignature.objects.filter(fingerprint=signer.fingerprint).exists():
        log.info("a message of %s was sent again as it was", actor.uri)
        return
    # Only what a node has signed counts, and only once: anybody can write its name, and send its words again.
    if not limits.within(f"inbox:{identity.origin_of(actor.uri)}", limits.INBOX_PER_NODE):
        raise _too_much(f"{limits.INBOX_PER_NODE} messages")
    if not _within_bytes(actor, len(raw)):
        raise _too_much(f"{limits.INBOX_BYTES_PER_STRANGER} bytes")
    _keep(activity, actor, signer, type_, raw)


def _too_much(most: str) -> Refusal:
    return Refusal(429, f"more than {most} in a minute; please send the rest later", retry_after=limits.MINUTE)


def _within_bytes(actor: Actor, size: int) -> bool:
    """A neighbour may speak at length; strangers could fill the disk before anybody has read what they say."""
    node = actor.node
    assert node is not None  # whoever signs from outside lives somewhere
    return node.has_agreement or limits.within(f"bytes:{node.pk}", limits.INBOX_BYTES_PER_STRANGER, more=size)


def _body(request: HttpRequest) -> bytes:
    length = request.headers.get("Content-Length", "0")
    if not (length.isascii() and length.isdigit() and len(length) < 12) or int(length) > MAX_BYTES:
        raise Refusal(413, f"Content-Length: expected at most {MAX_BYTES} bytes, got {length[:20]}")
    content_type = request.headers.get("Content-Type", "").split(";")[0].strip().lower()
    if content_type not in CONTENT_TYPES:
        raise Refusal(415, f"Content-Type: expected {CONTENT_TYPES[0]}, got {content_type[:80]!r}")
    raw = request.body
    if len(raw) > MAX_BYTES:
        raise Refusal(413, f"expected at most {MAX_BYTES} bytes")
    return raw


def _policy(actor_uri: str) -> None:
    """Blocked and paused nodes, and our own address used by somebody else."""
    try:
        origin = identity.origin_of(actor_uri)
    except ValueError as bad:
        raise Refusal(400, f"actor: {bad}") from bad
    if identity.is_ours(actor_uri):
        raise Refusal(403, "actor: an address on this node cannot come from outside")
    require_let_in(Node.objects.filter(origin=origin).first())


def _farewell_of_a_stranger(activity: Mapping[str, Any], actor_uri: str) -> bool:
    """Servers tell everybody when an account is deleted; of somebody unknown there is nothing to check or to do."""
    return (
        activity.get("type") == "Delete"
        and id_of(activity.get("object")) == actor_uri
        and not Actor.objects.filter(uri=actor_uri).exists()
    )


def _is_of_a_neighbour(actor_uri: str) -> bool:
    """What was there and went while we were away is part of the view that neighbours share."""
    return Node.objects.filter(origin=identity.origin_of(actor_uri), peering__in=Node.SHARING).exists()


def _keep(activity: Mapping[str, Any], actor: Actor, signer: Signer, type_: str, raw: bytes) -> None:
    """Store the bytes unchanged, once per activity id; a second copy is thanked and dropped.

    Its signature is remembered with it, or neither is: whoever was not answered may send the same again.
    """
    uri = activity.get("id")
    if not isinstance(uri, str) or not uri:
        uri = f"{actor.uri}#sha256-{hashlib.sha256(raw).hexdigest()}"
    try:
        same = identity.origin_of(uri) == identity.origin_of(actor.uri)
    except ValueError as bad:
        raise Refusal(400, f"id: {bad}") from bad
    if not same or len(uri) > 500:
        raise Refusal(400, f"id: expected an address of at most 500 characters on {identity.origin_of(actor.uri)}")
    try:
        with transaction.atomic():
            SeenSignature.objects.create(fingerprint=signer.fingerprint, forget_at=signer.fresh_until)
            _store(uri, activity, actor, type_, raw)
    except IntegrityError:
        log.info("a message of %s was sent twice at once", actor.uri)
        return
    _heard(actor)


def _store(uri: str, activity: Mapping[str, Any], actor: Actor, type_: str, raw: bytes) -> None:
    try:
        with transaction.atomic():
            Receipt.objects.create(
                activity_uri=uri,
                actor=actor,
                type=type_[:64],
                object_uri=(_about(activity, actor) or "")[:500],
                body=raw,
            )
            bell.ring()
    except IntegrityError:
        log.debug("activity %s came again", uri)


def _heard(actor: Actor) -> None:
    """A node that speaks is awake, and may hear us as well."""
    node = actor.node
    assert node is not None  # whoever signs from outside lives somewhere
    Node.objects.filter(pk=node.pk).update(heard_at=timezone.now())
    if node.failures:
        returning.speaks(node)


def _about(activity: Mapping[str, Any], actor: Actor) -> str | None:
    """The thing concerned, also of an activity that is passed on whole: with the thing, its words go.

    What is undone and its undoing are about the same, so that they are worked on in the order in which they came.
    """
    obj = activity.get("object")
    if activity.get("type") not in ("Announce", "Undo"):  # within another one, nobody has looked yet whether it is text
        return id_of(obj)
    inner = _about(obj, actor) if isinstance(obj, dict) else None
    if inner is None and activity["type"] == "Undo":
        undone = Receipt.objects.filter(activity_uri=id_of(obj) or "", actor=actor).values_list("object_uri", flat=True)
        inner = undone.first() or None
    return inner or id_of(obj)
