"""Convergence: what this node holds of a neighbour is compared with the neighbour itself, and what differs is fetched
again (blueprint 4.5, after FEP-8fcf).

Pushing is how things arrive; this is why none stays missing. A look costs one request, and where both hold the same the
answer to it is a 304. Where they do not, the buckets that differ are told object by object, and only those objects are
asked for, each at its own address. What was withdrawn is told whole in the list.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from federation import digest, http, identity
from federation.bounded import BadDocument, parse_document
from federation.documents import BUCKETS
from federation.fetching import Gone, document_of
from federation.guard import FetchRefused
from federation.http import PLAIN_JSON, FetchFailed
from federation.inbound.objects import bury, take
from federation.models import Document, Node
from federation.outbound.signing import fetch_signer
from federation.reader import BadField
from journal import carry_out, claim, errand, errand_kind, lane, periodic
from journal.errands import perform
from journal.models import Errand

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

    from federation.http import Fetched, Sign

log = logging.getLogger(__name__)

Json = dict[str, Any]
FIRST_LOOK = dt.timedelta(seconds=20)  # after we last heard them; then at doubling pauses, as long as all agrees
LONGEST_PAUSE = dt.timedelta(minutes=10)
LOOK_AGAIN = dt.timedelta(seconds=5)
ON_ITS_WAY = 10  # seconds: what was published just now is about to be pushed to us
BUCKETS_PER_LIST = 64
MOST_AT_ONCE = 500  # objects of one errand; the next one goes on
REQUESTS_AT_ONCE = 6
LONGEST_LIST = 2_100  # objects that one answer may tell of
CATCHING_UP = ("federation.compare", "federation.catalogue")


@dataclass
class Difference:
    """What their list and our copies do not agree on. `young` are things so new that they are still being pushed;
    `unusable` those that we have just as told, and cannot read or count."""

    fetch: list[str] = field(default_factory=list)
    tombstones: list[Json] = field(default_factory=list)
    unlisted: list[str] = field(default_factory=list)
    young: int = 0
    unusable: int = 0


@lane("catching up", batch=1, width=2)
def drain_catching_up(limit: int) -> int:
    """Reading much from one neighbour, or waiting for one that is away, holds up nothing else."""
    return carry_out(claim(Errand, limit, Q(kind__in=CATCHING_UP)), perform, atomic=False)


def soon(node: Node) -> None:
    """Have a worker compare what we hold of a neighbour with what it publishes. Inside a transaction."""
    if node.peering in Node.SHARING:
        _ask(node.pk, FIRST_LOOK)


def _ask(node_id: int, wait: dt.timedelta, rounds: int = 0) -> None:
    payload = {"node": node_id, "rounds": rounds}
    errand("federation.compare", payload=payload, key=f"compare:{node_id}", due_at=timezone.now() + wait)


@periodic("federation.look_around", every=LONGEST_PAUSE)
def look_around(errand_row: Errand) -> None:
    """Every neighbour is compared with at least this often, also one that we have not heard for months."""
    for pk in Node.objects.filter(peering__in=Node.SHARING, blocked_at__isnull=True).values_list("pk", flat=True):
        _ask(pk, dt.timedelta())


@errand_kind("federation.compare", atomic=False, own_lane=True)
def compare(errand_row: Errand) -> None:
    """Compare, mend what differs, and say when to look again."""
    node = Node.objects.get(pk=errand_row.payload["node"])
    if node.peering not in Node.SHARING or node.blocked_at is not None or not node.digest_url:
        return
    rounds = int(errand_row.payload["rounds"])
    try:
        wait = _compare(node, rounds)
    except FetchFailed as failed:  # they are away: `look_around` comes again
        log.info("%s could not be compared with: %s", node.origin, failed)
        return
    except (FetchRefused, BadDocument) as refused:
        log.warning("the digest of %s cannot be used: %s", node.origin, refused)
        return
    if wait is not None:
        with transaction.atomic():
            _ask(node.pk, wait, rounds + 1)


def _compare(node: Node, rounds: int) -> dt.timedelta | None:
    """How long to wait before the next look; None to leave it to `look_around`."""
    sign, held = fetch_signer(), digest.of_origin(node.origin)
    theirs = _their_digest(node, digest.etag(held), sign)
    if theirs is None:
        idle = timezone.now() - node.heard_at
        return max(idle, FIRST_LOOK) if idle < LONGEST_PAUSE else None
    differing = [n for n, (a, b) in enumerate(zip(held["buckets"], theirs, strict=True)) if a != b]
    mended, left = 0, 0
    for listed, buckets in _lists(node, differing, sign):
        found = _differences(node, listed, buckets)
        mended += _mend(node, found, sign)
        left += found.young
        if mended >= MOST_AT_ONCE:
            return dt.timedelta()
    log.info("%s: %s things differed and were asked for, %s are on their way", node.origin, mended, left)
    # What a node says of a thing and what stands at its address may differ for ever: then we ask less and less.
    return min(LOOK_AGAIN * 2**rounds, LONGEST_PAUSE) if left or mended else None


def _their_digest(node: Node, etag: str, sign: Sign) -> list[Json] | None:
    """Count and hash of each of their buckets; None where they hold what we do."""
    answer = _get(node.digest_url, node, sign, {"If-None-Match": etag})
    if answer.status == 304:
        return None
    found = parse_document(_body(answer), max_list=BUCKETS).get("buckets")
    if not isinstance(found, list) or len(found) != BUCKETS:
        raise BadField("buckets", found, f"a list of {BUCKETS}")
    return [{"count": each.get("count"), "hash": each.get("hash")} if isinstance(each, dict) else {} for each in found]


def _lists(node: Node, buckets: list[int], sign: Sign) -> Iterator[tuple[list[Json], list[int]]]:
    """The objects they publish in these buckets, some buckets at a time."""
    wanted = list(buckets)
    while wanted:
        asked = wanted[:BUCKETS_PER_LIST]
        answer = _get(f"{node.digest_url}?buckets={','.join(map(str, asked))}", node, sign)
        doc = parse_document(_body(answer), max_list=LONGEST_LIST)
        items, told = doc.get("items"), doc.get("buckets")
        if not isinstance(items, list) or not isinstance(told, list) or not set(told) & set(asked):
            raise BadField("buckets", told, f"some of {asked[:5]}, and items")
        whole = [bucket for bucket in asked if bucket in told]
        yield [item for item in items if isinstance(item, dict)], whole
        wanted = [bucket for bucket in wanted if bucket not in whole]


def _differences(node: Node, listed: list[Json], buckets: list[int]) -> Difference:
    held = {each.uri: each for each in Document.objects.filter(node=node, bucket__in=buckets).defer("raw")}
    found, told = Difference(), set()
    for item in listed:
        uri, version, content_hash, age = (item.get(name) for name in ("id", "version", "hash", "age"))
        if not isinstance(uri, str) or not isinstance(version, int) or not isinstance(content_hash, str):
            raise BadField("items", item, "an id, a version and a hash each")
        told.add(uri)
        copy, tombstone = held.get(uri), item.get("tombstone")
        if copy is not None and (copy.version, copy.content_hash) == (version, content_hash):
            found.unusable += not (copy.counted and copy.public)
        elif copy is not None and copy.version > version:
            found.unusable += 1  # they were set back to an earlier copy of themselves
        elif isinstance(age, int) and age < ON_ITS_WAY:
            found.young += 1
        elif isinstance(tombstone, dict):
            found.tombstones.append(tombstone)
        else:
            found.fetch.append(uri)
    counted = [each for each in held.values() if each.counted and each.public and each.uri not in told]
    found.unlisted = [each.uri for each in counted]
    return found


def _mend(node: Node, found: Difference, sign: Sign) -> int:
    """Take in what differs; returns how many things were dealt with. One that cannot be had does not stop the rest."""
    for tombstone in found.tombstones:
        _taken(node, str(tombstone.get("id")), lambda doc=tombstone: take(doc, node))
    wanted = [uri for uri in (*found.fetch, *found.unlisted) if identity.is_at(uri, node.origin)]
    asked: deque[tuple[str, Future[Fetched]]] = deque()
    for uri in [*wanted, ""]:
        if uri:
            asked.append((uri, http.begin(uri, sign=sign)))
        while asked and (not uri or len(asked) == REQUESTS_AT_ONCE):
            first, answer = asked.popleft()
            _taken(node, first, lambda uri=first, answer=answer: _took(node, uri, answer))
    return len(found.tombstones) + len(wanted)


def _took(node: Node, uri: str, answer: Future[Fetched]) -> str:
    try:
        doc = document_of(uri, answer.result())
    except Gone:
        # They do not list it, and do not find it: what they never told the end of is no part of what is shared.
        return bury(uri, node, content={"id": uri})
    return take(doc, node)


def _taken(node: Node, uri: str, act: Any) -> None:
    try:
        with transaction.atomic():
            log.debug("%s: %s", uri, act())
    except (FetchRefused, BadDocument) as bad:
        log.info("%s of %s could not be mended: %s", uri, node.origin, bad)
    except Exception:  # a fault of ours with one thing must not keep the others apart for ever
        log.exception("%s of %s could not be taken in", uri, node.origin)


def _get(url: str, node: Node, sign: Sign, headers: dict[str, str] | None = None) -> Fetched:
    answer = http.fetch(url, sign=sign, accept=PLAIN_JSON, headers=headers)
    if identity.origin_of(answer.url) != node.origin:
        raise BadField("address", answer.url, f"an answer from {node.origin}")
    return answer


def _body(answer: Fetched) -> bytes:
    if not answer.ok:
        raise FetchFailed(f"{answer.url}: their server answered {answer.status}")
    return answer.body
