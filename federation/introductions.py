"""Nodes tell each other whom they know, so that joining one introduces you to the rest (blueprint 4.4).

What a neighbour says of others is an address and a name to offer to our steward, and nothing more: nobody is asked or
believed before a steward here asks them.
"""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from federation import actors, describing, discovery, identity
from federation.bounded import BadDocument
from federation.documents import CONTEXT
from federation.fetching import get_json_object
from federation.guard import FetchRefused
from federation.http import FetchFailed
from federation.models import Introduction, Node
from federation.outbound.say import neighbours, say
from federation.outbound.signing import fetch_signer
from federation.reader import BadField, Reader
from journal import errand, errand_kind, periodic, reaction

if TYPE_CHECKING:
    from journal.models import Errand

log = logging.getLogger(__name__)

Json = dict[str, Any]
MOST_TOLD = 200  # nodes that one neighbour may name
ANEW = dt.timedelta(days=1)


@dataclass
class Acquaintance:
    """A node nobody here has dealings with, and which neighbours know it."""

    origin: str
    name: str
    known_by: list[Node] = field(default_factory=list)


def told() -> Json:
    """The nodes this one shares its view with, for others to read at `/metro/neighbours`."""
    shown = (Node.Peering.TRIAL, Node.Peering.FULL)
    rows = Node.objects.filter(peering__in=shown, blocked_at__isnull=True, actor__isnull=False)
    items = [
        {"type": "Application", "id": node.actor.uri, "name": str(node), "url": node.origin}
        for node in rows.select_related("actor").order_by("origin")[:MOST_TOLD]
        if node.actor is not None
    ]
    address = f"{settings.ORIGIN}/metro/neighbours"
    return {"@context": CONTEXT, "id": address, "type": "Collection", "totalItems": len(items), "items": items}


def acquaintances() -> list[Acquaintance]:
    """Whom our neighbours know and we have no dealings with, those known by most first."""
    dealt_with = Node.objects.exclude(peering=Node.Peering.NONE, blocked_at__isnull=True).values("origin")
    rows = Introduction.objects.filter(node__peering__in=Node.SHARING, node__blocked_at__isnull=True)
    rows = rows.exclude(origin=settings.ORIGIN).exclude(origin__in=dealt_with).select_related("node")
    found: dict[str, Acquaintance] = {}
    for row in rows.order_by("origin", "node__name")[:1000]:
        found.setdefault(row.origin, Acquaintance(row.origin, row.name)).known_by.append(row.node)
    return sorted(found.values(), key=lambda each: (-len(each.known_by), each.name or each.origin))


def read(node: Node) -> int:
    """Ask a neighbour whom it knows; what it said before is replaced. Never in a request or a transaction.

    Raises as `fetching.get_json_object`.
    """
    if not node.neighbours_url or not node.is_neighbour:
        return 0
    doc = get_json_object(node.neighbours_url, fetch_signer())
    named: dict[str, str] = {}
    for each in Reader(doc).items(MOST_TOLD):
        try:
            uri = each.uri("id") if isinstance(each, Reader) else each
            named.setdefault(identity.origin_of(uri), each.text("name", 200) if isinstance(each, Reader) else "")
        except BadField as bad:
            log.info("%s introduces somebody without an address: %s", node.origin, bad)
    named.pop(settings.ORIGIN, None)
    now = timezone.now()
    with transaction.atomic():
        Introduction.objects.filter(node=node).exclude(origin__in=named).delete()
        for origin, name in named.items():
            Introduction.objects.update_or_create(node=node, origin=origin, defaults={"name": name, "told_at": now})
    return len(named)


@errand_kind("federation.read_node", atomic=False, own_lane=True)
def read_node(errand_row: Errand) -> None:
    """Learn what a node says of itself, and of a neighbour, whom it knows."""
    node = Node.objects.get(pk=errand_row.payload["node"])
    if node.blocked_at is not None:
        return
    discovery.read_node(node)
    try:
        read(node)
    except FetchFailed:
        raise  # they may be back later: the errand is tried again
    except (FetchRefused, BadDocument) as refused:
        log.info("whom %s knows could not be read: %s", node.origin, refused)


def ask_again(node: Node) -> None:
    """Have a node read again soon; inside a transaction."""
    errand("federation.read_node", payload={"node": node.pk, "origin": node.origin}, key=f"read:{node.pk}")


@periodic("federation.introduce", every=ANEW)
def ask_all_again(errand_row: Errand) -> None:
    """What was missed while nobody listened is found within a day."""
    for node in Node.objects.filter(peering__in=Node.SHARING, blocked_at__isnull=True):
        ask_again(node)


def tell(node: Node) -> None:
    """One node hears that there is something new to read about us, and from us. Inside a transaction."""
    ours = actors.this_node()
    if node.actor is not None:
        to = [node.actor.delivery_inbox]
        say(ours.actor, "Update", describing.document(ours), to, to=[node.actor.uri])


@reaction("federation.tell_neighbours", to=("node.peered", "node.ended", "node.left", "node.described"))
def tell_neighbours(errand_row: Errand) -> None:
    """Neighbours hear that there is something new to read about us: our name, or whom we know."""
    ours = actors.this_node()
    to = neighbours()
    if to:
        say(ours.actor, "Update", describing.document(ours), to, to=[f"{ours.actor.uri}/followers"])
