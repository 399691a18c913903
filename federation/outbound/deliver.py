"""The delivery lane: many nodes at once, one worker at a time per node, and a rest for a node that fails.

One slow or dead node costs only the worker that waits for it; the others go on (blueprint 3, field note B16).
"""

from __future__ import annotations

import datetime as dt
import logging
import random
import threading
import uuid
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from federation import http, returning
from federation.models import Delivery, Following, Node
from federation.outbound.signing import CAVAGE, RFC9421, signer_for
from federation.signatures import SignatureRefused
from journal import claim, lane
from journal.claims import LEASE, put_down, stopping, take_in_hand

if TYPE_CHECKING:
    from collections.abc import Collection

    from federation.http import Answer

ACTIVITY = "application/activity+json"

log = logging.getLogger(__name__)

AT_ONCE = 500
NODES_AT_ONCE = 50
LAST_WORDS_SECONDS = 2.0
LOOK_AGAIN_SECONDS = 0.5  # while others take their time
PER_NODE = 40
LANE_LEASE = LEASE
RENEW_LANES_AFTER = LANE_LEASE / 3
FIRST_RETRY = dt.timedelta(seconds=30)
LONGEST_RETRY = dt.timedelta(hours=12)
GIVE_UP_AFTER = dt.timedelta(days=7)
BREAKER_AT = 3  # failures in a row before only single probes are sent
PATIENT_SECONDS = 60  # for the answer of a node that did not answer before: some are slow, and nobody waits for them
LONGEST_REQUEST_TO_WAIT = dt.timedelta(hours=12)
DOUBLE_KNOCK = frozenset({400, 401, 403})
TRY_AGAIN = frozenset({401, 408, 425, 429})


class CannotSign(Exception):
    """Nothing was sent, and the other node is not to blame: a key of ours may yet be mended."""


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
            retry = _knock_again(future, row, node)
            if retry is not None:
                pending[retry] = (row, node)
                continue
            if _finish(future, row, node):
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
        if _deserves_another_knock(future, row):
            _held(row).update(lease_until=None, lease_owner="")
        else:
            _finish(future, row, node)
    for future in late:
        future.cancel()
        _held(pending[future][0]).update(lease_until=None, lease_owner="")
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
            pending[_post(row, node.signature_scheme or CAVAGE)] = (row, node)
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


def _post(row: Delivery, scheme: str) -> Future[Answer]:
    """What cannot be signed, for an address or a key that is none, is the trouble of this delivery alone."""
    row.scheme = scheme  # type: ignore[attr-defined]  # for this attempt only, never stored
    body = row.activity.body.encode()
    try:
        signed = signer_for(row.activity.actor, scheme)("POST", row.inbox, body)
    except (SignatureRefused, ValueError) as error:
        unsigned: Future[Answer] = Future()
        unsigned.set_exception(CannotSign(f"{type(error).__name__}: {error}"))
        return unsigned
    seconds = PATIENT_SECONDS if row.attempts else http.TOTAL_SECONDS
    return http.submit(http.post(row.inbox, body, {"Content-Type": ACTIVITY, **signed}, seconds=seconds))


def _knock_again(future: Future[Answer], row: Delivery, node: Node) -> Future[Answer] | None:
    """The other signature scheme, once, when this one was refused and the server was never heard to take one."""
    tried: str = row.scheme  # type: ignore[attr-defined]
    if not _deserves_another_knock(future, row):
        return None
    row.knocked = future.result()  # type: ignore[attr-defined]
    return _post(row, RFC9421 if tried == CAVAGE else CAVAGE)


def _deserves_another_knock(future: Future[Answer], row: Delivery) -> bool:
    if future.exception() is not None or future.result().status not in DOUBLE_KNOCK:
        return False
    return not getattr(row, "knocked", None)


def _finish(future: Future[Answer], row: Delivery, node: Node) -> bool:
    """Write down how an attempt ended; False when the node, not the message, was the trouble."""
    now = timezone.now()
    error = future.exception()
    if isinstance(error, CannotSign):
        _later(row, f"not signed: {error}", now)
        return True
    if error is not None:
        _later(row, f"{type(error).__name__}: {error}", now)
        return False
    answer = future.result()
    if answer.status >= 500 and node.signature_scheme and getattr(row, "knocked", None):
        # It took messages signed in the first way, and refused this one; breaking on the second says nothing more.
        answer = row.knocked  # type: ignore[attr-defined]
    said = f"{answer.status} {answer.text[:200]}".strip()
    if 200 <= answer.status < 300:
        _held(row).update(
            state=Delivery.State.DONE,
            lease_until=None,
            lease_owner="",
            delivered_at=now,
            settled_at=now,
            answer=said,
            error="",
        )
        scheme: str = row.scheme  # type: ignore[attr-defined]
        Node.objects.filter(pk=node.pk).update(signature_scheme=scheme, reached_at=now)
        return True
    if answer.status == 410:
        Following.objects.filter(Q(follower__inbox=row.inbox) | Q(follower__shared_inbox=row.inbox)).delete()
    if 400 <= answer.status < 500 and answer.status not in TRY_AGAIN:
        _give_up(row, f"refused: {said}", answer=said)
        return True
    has_paused = answer.status == 503 and "retry-after" in answer.headers
    if has_paused and node.has_agreement:
        row.patient_since = now  # it waits as long as they do, however long that is
        _held(row).update(patient_since=now)
    _later(row, said, now, answer=said, asked_to_wait=_asked_to_wait(answer))
    # Whoever says when to come again is busy or has paused, and not away.
    return answer.status == 429 or has_paused


def _asked_to_wait(answer: Answer) -> dt.timedelta:
    """What `Retry-After` says in seconds (RFC 9110 section 10.2.3), within bounds; dates are not read."""
    said = answer.headers.get("retry-after", "")
    seconds = int(said) if said.isascii() and said.isdigit() and len(said) < 9 else 0
    return min(dt.timedelta(seconds=seconds), LONGEST_REQUEST_TO_WAIT)


def _held(row: Delivery) -> QuerySet[Delivery]:
    """The row while it is ours: who lost the lease has nothing more to say about it."""
    return Delivery.objects.filter(pk=row.pk, lease_owner=row.lease_owner, state=Delivery.State.READY)


def _give_up(row: Delivery, reason: str, *, answer: str = "") -> None:
    _held(row).update(
        state=Delivery.State.DEAD, lease_until=None, lease_owner="", answer=answer[:300], error=reason[:300]
    )
    log.info("delivery %s to %s ends: %s", row.pk, row.inbox, reason)


def _later(
    row: Delivery, said: str, now: dt.datetime, *, answer: str = "", asked_to_wait: dt.timedelta = dt.timedelta()
) -> None:
    gone_on_too_long = now - row.patient_since > GIVE_UP_AFTER
    row.attempts += 1
    _held(row).update(
        state=Delivery.State.DEAD if gone_on_too_long else Delivery.State.READY,
        unreached=gone_on_too_long,
        lease_until=None,
        lease_owner="",
        due_at=now + max(_pause(row.attempts), asked_to_wait),
        attempts=row.attempts,
        answer=answer[:300],
        error=said[:300],
    )
    log.warning("delivery %s to %s failed on attempt %s: %s", row.pk, row.inbox, row.attempts, said)


def _pause(attempts: int) -> dt.timedelta:
    """30 s, doubling to 12 h, give or take a fifth so that many nodes do not come back in the same second."""
    base = min(FIRST_RETRY * 2 ** min(max(attempts - 1, 0), 12), LONGEST_RETRY)
    return dt.timedelta(seconds=base.total_seconds() * random.uniform(0.8, 1.2))


def _rest_or_reset(node: Node, *, ok: bool) -> None:
    if ok:
        # Whoever waited only because nobody answered need not wait out its own pause as well; what their server said
        # no to, or what was tried again and again, does.
        returning.wake(node.pk, where=Q(answer="", attempts__gt=0, attempts__lt=BREAKER_AT))
        if node.failures:
            returning.is_back(node)
        return
    now = timezone.now()
    rest = _pause(node.failures + 1) if node.failures + 1 >= BREAKER_AT else None
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
