"""The delivery lane: many nodes at once, one worker at a time per node, and a rest for a node that fails.

One slow or dead node costs only the worker that waits for it; the others go on (blueprint 3, field note B16).
"""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from federation import returning
from federation.models import Delivery, Node
from federation.outbound import attempt
from federation.outbound.signing import CAVAGE
from journal import claim, lane
from journal.claims import LEASE, put_down, stopping, take_in_hand

if TYPE_CHECKING:
    from collections.abc import Collection

    from federation.http import Answer


AT_ONCE = 500
NODES_AT_ONCE = 50
LAST_WORDS_SECONDS = 2.0
LOOK_AGAIN_SECONDS = 0.5  # while others take their time
PER_NODE = 40
LANE_LEASE = LEASE
RENEW_LANES_AFTER = LANE_LEASE / 3
BREAKER_AT = 3  # failures in a row before only single probes are sent


class Doorbell:
    """Something to wait for beside answers: somebody has rung since we last looked."""

    def __init__(self) -> None:
        self._rung: Future[None] = Future()
        self._lock = threading.Lock()

    def ring(self) -> None:
        with self._lock:
            if not self._rung.done():
                self._rung.set_result(None)

    def anew(self) -> Future[None]:
        """What will be done at the next ring."""
        with self._lock:
            if self._rung.done():
                self._rung = Future()
            return self._rung


_doorbell = Doorbell()


@lane("deliveries", batch=AT_ONCE, nudge=_doorbell.ring)
def drain(limit: int = AT_ONCE) -> int:
    """Deliver all that is due, at most `limit` at once; returns how many were tried.

    Whoever answers makes room for what became due meanwhile: a node that takes its time holds up nobody else.
    """
    owner = uuid.uuid4().hex
    open_per_node: dict[int, list[Delivery]] = {}
    try:
        return _deliver(owner, limit, open_per_node)
    finally:
        put_down({row.lease_owner for rows in open_per_node.values() for row in rows})


def _deliver(owner: str, limit: int, open_per_node: dict[int, list[Delivery]]) -> int:
    tried, renewed_at = 0, timezone.now()
    pending: dict[Future[Answer], tuple[Delivery, Node]] = {}
    answered: set[int] = set()
    while True:
        rung = _doorbell.anew()
        started = _start(owner, limit - len(pending), pending, open_per_node) if not stopping.is_set() else 0
        tried += started
        renewed_at = _renew(owner, renewed_at)
        if not pending:
            return tried
        if stopping.is_set():
            _leave(owner, pending)
            return tried
        watched: list[Future[Any]] = [*pending, rung]
        done, _ = wait(watched, timeout=LOOK_AGAIN_SECONDS, return_when=FIRST_COMPLETED)
        for future in [each for each in pending if each in done]:
            renewed_at = _renew(owner, renewed_at)
            row, node = pending.pop(future)
            retry = attempt.knock_again(future, row, node)
            if retry is not None:
                pending[retry] = (row, node)
                continue
            if attempt.finish(future, row, node):
                answered.add(node.pk)
            open_per_node[node.pk].remove(row)
            if not open_per_node[node.pk]:
                put_down([row.lease_owner])
                del open_per_node[node.pk]
                _rest_or_reset(node, ok=node.pk in answered)
                answered.discard(node.pk)
                _release(node, owner)


def _leave(owner: str, pending: dict[Future[Answer], tuple[Delivery, Node]]) -> None:
    """The process ends: whoever answers within a moment is heard, the others are tried again by the next worker."""
    done, late = wait(pending, timeout=LAST_WORDS_SECONDS)
    for future in done:
        row, node = pending[future]
        if attempt.deserves_another_knock(future, row):
            attempt.held(row).update(lease_until=None, lease_owner="")
        else:
            attempt.finish(future, row, node)
    for future in late:
        future.cancel()
        attempt.held(pending[future][0]).update(lease_until=None, lease_owner="")
    Node.objects.filter(lane_owner=owner).update(lane_owner="", lane_until=None)


def _start(
    owner: str,
    room: int,
    pending: dict[Future[Answer], tuple[Delivery, Node]],
    open_per_node: dict[int, list[Delivery]],
) -> int:
    """Begin what is due for nodes nobody talks to, while there is room; returns how many deliveries."""
    if room <= 0:
        return 0
    nodes, started = _take_nodes(owner, without=open_per_node), 0
    for left, node in zip(range(len(nodes), 0, -1), nodes, strict=True):
        rows = _take_deliveries(node, min(PER_NODE, -(-(room - started) // left)))
        if not rows:
            _release(node, owner)
            continue
        take_in_hand(rows)  # all under one lease, so that the last one can put it down
        open_per_node[node.pk] = list(rows)
        started += len(rows)
        for row in rows:
            pending[attempt.post(row, node.signature_scheme or CAVAGE)] = (row, node)
    return started


def _ready(now: dt.datetime) -> Q:
    return Q(state=Delivery.State.READY, due_at__lte=now) & (Q(lease_until=None) | Q(lease_until__lt=now))


def _take_nodes(owner: str, *, without: Collection[int]) -> list[Node]:
    """Nodes with something due whose lane is free and who are not resting, now leased to us.

    Never one `without` which we go on: our own lane to it may have lapsed while the database kept us waiting.
    """
    now = timezone.now()
    free = Q(lane_until=None) | Q(lane_until__lt=now)
    awake = Q(rest_until=None) | Q(rest_until__lte=now)
    due = Delivery.objects.filter(_ready(now), returning.not_held_back(), node=OuterRef("pk"))
    wanted = Node.objects.filter(free, awake, Exists(due), blocked_at__isnull=True).exclude(pk__in=list(without))
    taken = []
    for pk in wanted.exclude(peering=Node.Peering.PAUSED).values_list("pk", flat=True)[:NODES_AT_ONCE]:
        if Node.objects.filter(free, pk=pk).update(lane_owner=owner, lane_until=now + LANE_LEASE):
            taken.append(pk)
    return list(Node.objects.filter(pk__in=taken))


def _take_deliveries(node: Node, limit: int) -> list[Delivery]:
    """Due rows of a node, none of which must wait for an earlier one about the same thing."""
    room = 1 if node.failures >= BREAKER_AT else limit
    rows = claim(Delivery, room, where=returning.not_held_back() & Q(node=node)) if room > 0 else []
    # Looked up anew: what was withdrawn just now is settled, and its words are gone.
    held = Delivery.objects.filter(pk__in=[row.pk for row in rows], state=Delivery.State.READY)
    by_id = {row.pk: row for row in held.select_related("activity__actor")}
    return [by_id[row.pk] for row in rows if row.pk in by_id]


def _rest_or_reset(node: Node, *, ok: bool) -> None:
    if ok:
        # Whoever waited only because nobody answered need not wait out its own pause as well; what their server said
        # no to, or what was tried again and again, does.
        returning.wake(node.pk, where=Q(answer="", attempts__gt=0, attempts__lt=BREAKER_AT))
        if node.failures:
            returning.is_back(node)
        return
    now = timezone.now()
    rest = attempt.pause(node.failures + 1) if node.failures + 1 >= BREAKER_AT else None
    Node.objects.filter(pk=node.pk).update(
        failures=F("failures") + 1,
        rest_until=now + rest if rest else None,
        unreachable_since=Coalesce("unreachable_since", Value(now)),
    )


def _renew(owner: str, renewed_at: dt.datetime) -> dt.datetime:
    """Keep the lanes we are in; they lapse soon after their worker died. Returns when that was last done."""
    now = timezone.now()
    if now - renewed_at < RENEW_LANES_AFTER:
        return renewed_at
    Node.objects.filter(lane_owner=owner).update(lane_until=now + LANE_LEASE)
    return now


def end_all_lanes() -> int:
    """Let every node be talked to again at once: for a start when no other worker can be alive."""
    return Node.objects.filter(lane_until__isnull=False).update(lane_owner="", lane_until=None)


def _release(node: Node, owner: str) -> None:
    Node.objects.filter(pk=node.pk, lane_owner=owner).update(lane_owner="", lane_until=None)
