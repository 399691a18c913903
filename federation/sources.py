"""Accounts on other software that this node listens to: a group on Mobilizon, a community on Lemmy, a blog.

A steward names one by `@name@host` or by its web address; the node's actor follows it. What it then publishes is read
as what it is: an Event is a gathering here, a Page in a group of theirs a subject under that group.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.db import transaction

from federation import actors, identity
from federation.bounded import BadDocument
from federation.fetching import get_document, get_json_object
from federation.guard import FetchRefused, private_allowed
from federation.http import ACTIVITY, WEBFINGER, FetchFailed
from federation.inbound.objects import take
from federation.models import Actor, Source
from federation.outbound.follow import follow, stop_following
from federation.outbound.signing import fetch_signer
from federation.values import BadField
from journal import errand, errand_kind, record

if TYPE_CHECKING:
    from journal.models import Errand

log = logging.getLogger(__name__)

Json = dict[str, Any]
HANDLE = re.compile(r"@?([A-Za-z0-9_.-]{1,64})@([A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?)")
MOST = 200
ROOMS = (Actor.Type.GROUP, Actor.Type.ORGANIZATION)


class CannotListen(ValueError):
    """Nothing changes; `reason` is one of the words below."""

    NO_ADDRESS = "no address"
    OURS = "ours"
    ALREADY = "already"
    TOO_MANY = "too many"

    def __init__(self, reason: str, address: str) -> None:
        super().__init__(reason, address)
        self.reason, self.address = reason, address


def listen_to(address: str, *, by: str = "") -> Source:
    """A steward names an account elsewhere; a worker finds it and asks to follow. Raises CannotListen."""
    address = _tidy(address)
    host = address.rpartition("@")[2] if address.startswith("@") else ""
    if identity.is_ours(f"https://{host}" if host else address) or identity.is_ours(f"http://{host}"):
        raise CannotListen(CannotListen.OURS, address)
    with transaction.atomic():
        if Source.objects.filter(address=address).exists():
            raise CannotListen(CannotListen.ALREADY, address)
        if Source.objects.count() >= MOST:
            raise CannotListen(CannotListen.TOO_MANY, address)
        source = Source.objects.create(address=address)
        errand("federation.listen", payload={"source": source.pk}, key=f"listen:{source.pk}")
        record("source.asked", address, actor=by)
    return source


def stop_listening(source: Source, *, by: str = "") -> None:
    """Nothing more from there; what came stays."""
    with transaction.atomic():
        if source.actor is not None and is_source(source.actor):
            stop_following(source.actor)
        record("source.left", source.address, actor=by)
        source.delete()


def _tidy(address: str) -> str:
    """`@name@host` or a web address. Raises CannotListen."""
    address = address.strip()
    if handle := HANDLE.fullmatch(address):
        return f"@{handle[1]}@{handle[2].lower()}"
    try:
        return identity.fits("address", address)
    except ValueError as bad:
        raise CannotListen(CannotListen.NO_ADDRESS, address) from bad


@errand_kind("federation.listen", atomic=False)
def carry_request(errand_row: Errand) -> None:
    """Find out who it is, and follow them. Tried again later while their server cannot be reached."""
    source = Source.objects.filter(pk=errand_row.payload["source"]).first()
    if source is None:
        return
    try:
        doc = _look_up(source.address)
        node = actors.hear_of_node(str(doc["id"]))
        if node.blocked_at is not None:
            raise FetchRefused(f"{node.origin} is blocked here")
        with transaction.atomic():
            actor = actors.read(doc, node)
            if node.actor_id == actor.pk and node.peering != node.Peering.NONE:
                raise FetchRefused(f"{actor.uri} speaks for a node: ask it to become a neighbour")
            if actor.type in ROOMS:
                take(doc, node)
            Source.objects.filter(pk=source.pk).update(actor=actor, problem="")
            follow(actor)
    except FetchFailed:
        raise  # they may be back later: the errand is tried again
    except (FetchRefused, BadDocument) as refused:
        log.info("%s cannot be listened to: %s", source.address, refused)
        Source.objects.filter(pk=source.pk).update(problem=str(refused)[:300])


def _look_up(address: str) -> Json:
    """The actor's document at its own address; a page's address leads there when it is not that itself."""
    uri = _by_handle(address) if address.startswith("@") else address
    sign = fetch_signer()
    doc = get_json_object(uri, sign, ACTIVITY)
    own = doc.get("id")
    if not isinstance(own, str):
        raise BadField("id", own, "an address")
    return doc if own == uri else get_document(own, sign)


def _by_handle(handle: str) -> str:
    """RFC 7033. Plain http only where private addresses are allowed: tests and the demo."""
    host = handle.rpartition("@")[2]
    schemes = ("https", "http") if private_allowed() else ("https",)
    resource = quote(f"acct:{handle.removeprefix('@')}", safe=":@")
    refused: Exception = FetchRefused(f"{handle}: nobody found")
    for scheme in schemes:
        try:
            doc = get_json_object(f"{scheme}://{host}/.well-known/webfinger?resource={resource}", accept=WEBFINGER)
        except FetchRefused as error:
            refused = error
            continue
        links = doc.get("links")
        for link in links if isinstance(links, list) else []:
            if isinstance(link, dict) and link.get("rel") == "self" and isinstance(link.get("href"), str):
                return identity.fits("href", link["href"])
    raise refused


def is_source(actor: Actor) -> bool:
    """Whether we follow `actor` as a source, and not as a node we would be neighbours with."""
    return Source.objects.filter(actor=actor, actor__represents__isnull=True).exists()
