"""The back-catalogue: every public object of a node, paged by a cursor that never skips and never repeats."""

from __future__ import annotations

import itertools
import json
import logging
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from federation import actors, discovery, identity, limits, mending, repair
from federation.bounded import BadDocument
from federation.documents import CONTEXT
from federation.fetching import Gone, get_document, get_json_object
from federation.guard import FetchRefused
from federation.http import FetchFailed
from federation.inbound.objects import bury, take
from federation.models import Actor, Document, Node, Publication
from federation.outbound.signing import fetch_signer
from federation.reader import BadField
from federation.values import LARGEST_INTEGER
from journal import errand, errand_kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from journal.models import Errand

log = logging.getLogger(__name__)

Json = dict[str, Any]
PAGE_ITEMS = 50  # stored in one transaction, during which nothing else is written on SQLite: half a second
PAGE_BYTES = 400_000
PAGES_PER_ERRAND = 20


class ReadByAnother(Exception):
    """Somebody else has taken in this page of a catalogue."""


def page(after: int) -> Json:
    """One page of our own catalogue: objects and tombstones with a position above `after`, in order."""
    items: list[Json] = []
    last, size, full = after, 0, False
    rows = Publication.objects.filter(public=True, position__gt=after).order_by("position")
    left = rows.count()
    for row in rows[:PAGE_ITEMS]:
        doc = json.loads(row.document)
        doc.pop("@context", None)  # most of a short document, and said once for the page
        size += len(json.dumps(doc))
        if items and size > PAGE_BYTES:
            full = True
            break
        items.append(doc)
        last = row.position
    address = f"{settings.ORIGIN}/metro/catalogue"
    answer: Json = {
        "@context": CONTEXT,
        "id": f"{address}?after={after}",
        "type": "OrderedCollectionPage",
        "partOf": address,
        "orderedItems": items,
        "last": last,
        "left": left - len(items),
    }
    if full or len(items) == PAGE_ITEMS:
        answer["next"] = f"{address}?after={last}"
    return answer


def given(node: Node, after: int, told: Json) -> None:
    """A neighbour asks for what comes after `after` and is `told` that page: so far they have read.

    Nobody comes back to say that they have the last one; should it be lost, the comparison of views finds that.
    """
    is_last = "next" not in told
    cursor, left = (told["last"], 0) if is_last else (after, told["left"] + len(told["orderedItems"]))
    cursor = min(cursor, last_position())  # whoever has read further read it of a node that was set back since
    Node.objects.filter(pk=node.pk).update(given_cursor=cursor, given_left=left, given_at=timezone.now())


def some(paths: Iterable[str]) -> Json:
    """Those of our public objects and tombstones that stand at these paths, as far as they fit into one answer. Who
    asked for more asks again."""
    items: list[Json] = []
    size = 0
    wanted = [f"{settings.ORIGIN}{path}" for path in itertools.islice(paths, PAGE_ITEMS) if "\0" not in path]
    for row in Publication.objects.filter(public=True, uri__in=wanted).order_by("position"):
        doc = json.loads(row.document)
        doc.pop("@context", None)
        size += len(row.document)
        if items and size > PAGE_BYTES:
            break
        items.append(doc)
    address = f"{settings.ORIGIN}/metro/catalogue"
    return {"@context": CONTEXT, "type": "OrderedCollectionPage", "partOf": address, "orderedItems": items}


def last_position() -> int:
    """Where our catalogue ends just now; 0 while it is empty."""
    return Publication.objects.filter(public=True).aggregate(last=Max("position"))["last"] or 0


def holds_all(node: Node, up_to: int) -> None:
    """A neighbour that signed for it holds just what we publish: with that it has read our catalogue `up_to` there."""
    otherwise = ~Q(given_cursor=up_to) | ~Q(given_left=0) | Q(given_left=None)
    Node.objects.filter(otherwise, pk=node.pk).update(given_cursor=up_to, given_left=0, given_at=timezone.now())


def ask(node: Node) -> None:
    """Have a worker read on in a neighbour's catalogue, from where we stopped. Inside a transaction."""
    errand("federation.catalogue", payload={"node": node.pk}, key=f"catalogue:{node.pk}")


def take_up(node: Node) -> None:
    """Have a worker find what we may have missed of a neighbour: the rest of its catalogue or, once that was read to
    its end, what differs. Inside a transaction.

    What was pushed since moves no cursor: reading on would bring all of it a second time.
    """
    if node.catalogue_left == 0 and node.digest_url:
        repair.soon(node)
    else:
        ask(node)


@errand_kind("federation.catalogue", atomic=False, own_lane=True)
def read_on(errand_row: Errand) -> None:
    """Read up to twenty pages, each stored with its cursor in one transaction, then make room for others.

    Interrupted anywhere it goes on after the last stored page; a page read twice changes nothing. Of two that read the
    same catalogue at once, the younger leaves it to the older, and whoever stores a page second to the other.
    """
    node = Node.objects.get(pk=errand_row.payload["node"])
    if not node.is_neighbour:
        return  # paused, ended or blocked since: it is asked for again when that is over
    if _is_in_hand(errand_row):
        return  # whoever is at it reads to the end
    if not node.catalogue_url:
        discovery.read_node(node)
    if not node.catalogue_url:
        log.info("%s has no catalogue to read", node.origin)
        return
    for _ in range(PAGES_PER_ERRAND):
        try:
            finished = _read_page(node)
        except ReadByAnother:
            log.info("the catalogue of %s is read by somebody else as well", node.origin)
            break  # should they die, whoever comes next goes on
        if finished:
            with transaction.atomic():
                repair.soon(node)
            return
    with transaction.atomic():
        ask(node)


def _is_in_hand(errand_row: Errand) -> bool:
    same = type(errand_row).objects.filter(kind=errand_row.kind, key=errand_row.key, pk__lt=errand_row.pk)
    return same.filter(state=errand_row.State.READY, lease_until__gt=timezone.now()).exists()


def _read_page(node: Node) -> bool:
    """Take in one page; True when it was the last. Raises ReadByAnother, and stores nothing, where the cursor was moved
    meanwhile."""
    address = f"{node.catalogue_url}?after={node.catalogue_cursor}"
    doc = get_json_object(address, fetch_signer())
    if not isinstance(doc.get("orderedItems"), list):
        raise BadField("orderedItems", None, "a list of objects")
    last = doc.get("last")
    if not isinstance(last, int) or isinstance(last, bool) or last < node.catalogue_cursor:
        raise BadField("last", last, f"a whole number, {node.catalogue_cursor} or more")
    finished = "next" not in doc or not doc["orderedItems"]
    if not finished and last == node.catalogue_cursor:
        raise BadField("last", last, f"more than {node.catalogue_cursor}, as there is a next page")
    left = doc.get("left")
    known = isinstance(left, int) and not isinstance(left, bool) and 0 <= left <= LARGEST_INTEGER
    with transaction.atomic():
        mending.take_all(doc["orderedItems"], node)
        moved = Node.objects.filter(pk=node.pk, catalogue_cursor=node.catalogue_cursor).update(
            catalogue_cursor=last,
            catalogue_left=0 if finished else left if known else None,
            **({"catalogue_read_at": timezone.now()} if finished else {}),
        )
        if not moved:
            raise ReadByAnother
    node.catalogue_cursor = last
    return finished


@errand_kind("federation.fetch", atomic=False, own_lane=True)
def fetch_object(errand_row: Errand) -> None:
    """Ask a thing's own server for it, as somebody else spoke of it."""
    uri = errand_row.payload["uri"]
    if identity.is_ours(uri):
        return
    node = actors.hear_of_node(uri)
    if node.blocked_at is not None or Document.objects.filter(uri=uri, tombstone=True).exists():
        return
    _not_too_often(node)
    try:
        doc = get_document(uri, fetch_signer())
        with transaction.atomic():
            take(doc, node)
    except FetchFailed:
        raise  # their server may be back later: the errand is tried again
    except Gone:
        with transaction.atomic():
            if Document.objects.filter(uri=uri, node=node, state=Document.State.READ).exists():
                bury(uri, node, content={"id": uri, "type": "Tombstone"})
    except (FetchRefused, BadDocument) as refused:
        log.info("%s was spoken of and could not be had: %s", uri, refused)


def _not_too_often(node: Node) -> None:
    """Nobody can have us trouble a server by speaking of it again and again: what is too much waits."""
    most = limits.FETCHES_PER_NEIGHBOUR if node.peering in Node.SHARING else limits.FETCHES_PER_STRANGER
    if not limits.within(f"fetches:{node.origin}", most):
        raise FetchFailed(f"{node.origin}: asked {most} times in this minute")


def ask_who_it_is(uri: str) -> None:
    """Have an actor's own server asked who it is. Inside a transaction."""
    errand("federation.read_actor", payload={"uri": uri, "origin": identity.origin_of(uri)}, key=f"read:{uri}"[:200])


@errand_kind("federation.read_actor", atomic=False, own_lane=True)
def read_actor(errand_row: Errand) -> None:
    """Ask an actor's own server who it is, as somebody else passed on what it says: without that it has no name."""
    uri = errand_row.payload["uri"]
    if identity.is_ours(uri) or Actor.objects.filter(uri=uri, read_at__isnull=False).exists():
        return
    node = actors.hear_of_node(uri)
    if node.blocked_at is not None:
        return
    _not_too_often(node)
    try:
        actors.fetch(uri)
    except FetchFailed:
        raise  # their server may be back later: the errand is tried again
    except (FetchRefused, BadDocument) as refused:
        log.info("%s was spoken of and could not be read: %s", uri, refused)
