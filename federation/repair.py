"""Convergence: what this node holds of a neighbour is compared with the neighbour itself, and what differs is fetched
again (blueprint 4.5, after FEP-8fcf).

Pushing is how things arrive; this is why none stays missing. A look costs one request, and where both hold the same the
answer to it is a 304. A neighbour that has still to tell us something says so, and is given time. Where the views
differ then, the buckets that do are told object by object, and only those objects are asked for (`mending`).
"""

from __future__ import annotations

import datetime as dt
import itertools
import logging
import random
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, TypeGuard

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from federation import digest, http, identity, mending
from federation.bounded import BadDocument, parse_document
from federation.documents import BUCKETS
from federation.guard import FetchRefused
from federation.http import PLAIN_JSON, FetchFailed
from federation.mending import is_whole
from federation.models import Node, Receipt
from federation.outbound.signing import fetch_signer
from federation.reader import BadField
from journal import carry_out, claim, errand, errand_kind, lane, periodic
from journal.claims import DIED, DIED_AGAIN
from journal.errands import perform
from journal.models import Errand

if TYPE_CHECKING:
    from collections.abc import Iterator

    from federation.http import Fetched, Sign

log = logging.getLogger(__name__)

Json = dict[str, Any]
FIRST_LOOK = dt.timedelta(seconds=20)  # after we last heard them; then at doubling pauses, as long as all agrees
LONGEST_PAUSE = dt.timedelta(minutes=10)
LOOK_AGAIN = dt.timedelta(seconds=5)
MOST_WAITS = LONGEST_PAUSE // FIRST_LOOK  # for a neighbour that says it is still telling us, or whom we still read
BUCKETS_PER_LIST = 64
MOST_AT_ONCE = 500  # objects of one errand; the next one goes on
LONGEST_LIST = 2_100  # objects that one answer may tell of
CATCHING_UP = ("federation.compare", "federation.catalogue")


@dataclass(frozen=True)
class Look:
    """What is known of the looks before this one: how many in a row brought nothing or failed, how often it was put
    off, what both sides held when they were last compared, and which bucket is to be the first this time: were it
    always the same one, much that cannot be mended would keep what comes after it apart."""

    rounds: int = 0
    waits: int = 0
    found: str = ""
    start: int = 0

    @property
    def pause(self) -> dt.timedelta | None:
        """What a node says of a thing and what stands at its address may differ for ever, or it may be away: then it is
        asked less and less, and in the end only by `look_around`."""
        pause = LOOK_AGAIN * 2**self.rounds
        return pause if pause < LONGEST_PAUSE else None


@lane("catching up", batch=1, width=2)
def drain_catching_up(limit: int) -> int:
    """Reading much from one neighbour, or waiting for one that is away, holds up nothing else."""
    return carry_out(claim(Errand, limit, Q(kind__in=CATCHING_UP)), perform, atomic=False)


def soon(node: Node) -> None:
    """Have a worker compare what we hold of a neighbour with what it publishes. Inside a transaction."""
    if node.peering in Node.SHARING:
        _ask(node.pk, FIRST_LOOK, Look())


def _ask(node_id: int, wait: dt.timedelta, look: Look) -> None:
    payload = {"node": node_id, **asdict(look)}
    errand("federation.compare", payload=payload, key=f"compare:{node_id}", due_at=timezone.now() + wait)


@periodic("federation.look_around", every=LONGEST_PAUSE)
def look_around(errand_row: Errand) -> None:
    """Every neighbour is compared with at least this often, also one that we have not heard for months."""
    wanted = Node.objects.filter(peering__in=Node.SHARING, blocked_at__isnull=True)
    for pk in wanted.order_by("pk").values_list("pk", flat=True):  # locked in one order, as by whoever read receipts
        _ask(pk, dt.timedelta(), Look(start=random.randrange(BUCKETS)))


@errand_kind("federation.compare", atomic=False, own_lane=True)
def compare(errand_row: Errand) -> None:
    """Compare, mend what differs, and say when to look again."""
    node = Node.objects.get(pk=errand_row.payload["node"])
    if node.peering not in Node.SHARING or node.blocked_at is not None or not node.digest_url:
        return
    look = Look(**{name: value for name, value in errand_row.payload.items() if name != "node"})
    wait: dt.timedelta | None
    try:
        if look.waits < MOST_WAITS and _is_being_read(node):  # what we lack is on its way, many at a time
            wait, look = FIRST_LOOK, replace(look, waits=look.waits + 1)
        else:
            wait, look = _compare(node, look)
    except FetchFailed as failed:  # perhaps for a moment only
        log.info("%s could not be compared with: %s", node.origin, failed)
        wait, look = look.pause, replace(look, rounds=look.rounds + 1)
    except (FetchRefused, BadDocument) as refused:
        log.warning("the digest of %s cannot be used: %s", node.origin, refused)
        return
    if wait is not None:
        with transaction.atomic():
            _ask(node.pk, wait, look)


def _is_being_read(node: Node) -> bool:
    """Whether a worker is at their catalogue and gets on; where it fails, things are asked for one by one instead."""
    reading = Errand.objects.filter(kind="federation.catalogue", key=f"catalogue:{node.pk}", state=Errand.State.READY)
    return reading.filter(error__in=("", DIED, DIED_AGAIN)).exists()


def _compare(node: Node, look: Look) -> tuple[dt.timedelta | None, Look]:
    """How long to wait before the next look, None to leave it to `look_around`, and what that one is to know."""
    sign, held = fetch_signer(), digest.of_origin(node.origin)
    theirs = _their_digest(node, digest.etag(held), sign)
    if theirs is None:
        idle = timezone.now() - node.heard_at
        return (max(idle, FIRST_LOOK) if idle < LONGEST_PAUSE else None), Look()
    if look.waits < MOST_WAITS and (theirs.get("queued") or _unread(node)):
        return FIRST_LOOK, replace(look, waits=look.waits + 1)
    found = f"{digest.etag(held)} {theirs.get('count')} {theirs.get('hash')}"[:500]
    look = replace(look, rounds=look.rounds + 1 if found == look.found else 0, waits=0, found=found)
    differing = [n for n, (a, b) in enumerate(zip(held["buckets"], theirs["buckets"], strict=True)) if a != b]
    first, then = [n for n in differing if n >= look.start], [n for n in differing if n < look.start]
    mended, left = 0, 0
    for listed, buckets in itertools.chain(_lists(node, first, sign), _lists(node, then, sign)):
        difference = mending.differences(node, listed, buckets)
        mended += mending.mend(node, difference, sign)
        left += difference.young
        if mended >= MOST_AT_ONCE:
            look = replace(look, start=(max(buckets) + 1) % BUCKETS)
            return (look.pause if look.rounds else dt.timedelta()), look
    log.info("%s: %s things differed and were asked for, %s are on their way", node.origin, mended, left)
    return (look.pause if left or mended else None), look


def _unread(node: Node) -> bool:
    """Whether something they told us still waits to be read."""
    return Receipt.objects.filter(actor__node=node, state=Receipt.State.READY, attempts=0).exists()


def _their_digest(node: Node, etag: str, sign: Sign) -> Json | None:
    """Count and hash of all they publish and of each bucket; None where they hold what we do."""
    answer = _get(node.digest_url, node, sign, {"If-None-Match": etag})
    if answer.status == 304:
        return None
    doc = parse_document(_body(answer), max_list=BUCKETS)
    found = doc.get("buckets")
    if not isinstance(found, list) or len(found) != BUCKETS:
        raise BadField("buckets", found, f"a list of {BUCKETS}")
    told = [{"count": each.get("count"), "hash": each.get("hash")} if isinstance(each, dict) else {} for each in found]
    return doc | {"buckets": told}


def _lists(node: Node, buckets: list[int], sign: Sign) -> Iterator[tuple[list[Json], list[int]]]:
    """The objects they publish in these buckets, some buckets at a time."""
    wanted = list(buckets)
    while wanted:
        asked = wanted[:BUCKETS_PER_LIST]
        answer = _get(f"{node.digest_url}?buckets={','.join(map(str, asked))}", node, sign)
        doc = parse_document(_body(answer), max_list=LONGEST_LIST)
        items, told = doc.get("items"), doc.get("buckets")
        whole = [bucket for bucket in asked if bucket in told] if _are_buckets(told) else []
        if not isinstance(items, list) or not whole:
            raise BadField("buckets", told, f"some of {asked[:5]}, and items")
        yield [item for item in items if isinstance(item, dict)], whole
        wanted = [bucket for bucket in wanted if bucket not in whole]


def _are_buckets(told: Any) -> TypeGuard[list[int]]:
    return isinstance(told, list) and all(is_whole(each) for each in told)


def _get(url: str, node: Node, sign: Sign, headers: dict[str, str] | None = None) -> Fetched:
    answer = http.fetch(url, sign=sign, accept=PLAIN_JSON, headers=headers)
    if identity.origin_of(answer.url) != node.origin:
        raise BadField("address", answer.url, f"an answer from {node.origin}")
    return answer


def _body(answer: Fetched) -> bytes:
    if not answer.ok:
        raise FetchFailed(f"{answer.url}: their server answered {answer.status}")
    return answer.body
