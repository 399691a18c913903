"""One attempt to deliver an activity: how it is signed and sent, and what follows from its answer."""

from __future__ import annotations

import datetime as dt
import logging
import random
from concurrent.futures import Future
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils import timezone

from federation import http
from federation.models import Delivery, Following, Node
from federation.outbound.signing import CAVAGE, RFC9421, signer_for
from federation.signatures import SignatureRefused

if TYPE_CHECKING:
    from federation.http import Answer

log = logging.getLogger(__name__)

ACTIVITY = "application/activity+json"
FIRST_RETRY = dt.timedelta(seconds=30)
LONGEST_RETRY = dt.timedelta(hours=12)
GIVE_UP_AFTER = dt.timedelta(days=7)
PATIENT_SECONDS = 60  # for the answer of a node that did not answer before: some are slow, and nobody waits for them
LONGEST_REQUEST_TO_WAIT = dt.timedelta(hours=12)
DOUBLE_KNOCK = frozenset({400, 401, 403})
TRY_AGAIN = frozenset({401, 408, 425, 429})


class CannotSign(Exception):
    """Nothing was sent, and the other node is not to blame: a key of ours may yet be mended."""


def post(row: Delivery, scheme: str) -> Future[Answer]:
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


def knock_again(future: Future[Answer], row: Delivery, node: Node) -> Future[Answer] | None:
    """The other signature scheme, once, when this one was refused and the server was never heard to take one."""
    tried: str = row.scheme  # type: ignore[attr-defined]
    if not deserves_another_knock(future, row):
        return None
    row.knocked = future.result()  # type: ignore[attr-defined]
    return post(row, RFC9421 if tried == CAVAGE else CAVAGE)


def deserves_another_knock(future: Future[Answer], row: Delivery) -> bool:
    if future.exception() is not None or future.result().status not in DOUBLE_KNOCK:
        return False
    return not getattr(row, "knocked", None)


def finish(future: Future[Answer], row: Delivery, node: Node) -> bool:
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
        held(row).update(
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
        held(row).update(patient_since=now)
    _later(row, said, now, answer=said, asked_to_wait=_asked_to_wait(answer))
    # Whoever says when to come again is busy or has paused, and not away.
    return answer.status == 429 or has_paused


def _asked_to_wait(answer: Answer) -> dt.timedelta:
    """What `Retry-After` says in seconds (RFC 9110 section 10.2.3), within bounds; dates are not read."""
    said = answer.headers.get("retry-after", "")
    seconds = int(said) if said.isascii() and said.isdigit() and len(said) < 9 else 0
    return min(dt.timedelta(seconds=seconds), LONGEST_REQUEST_TO_WAIT)


def held(row: Delivery) -> QuerySet[Delivery]:
    """The row while it is ours: who lost the lease has nothing more to say about it."""
    return Delivery.objects.filter(pk=row.pk, lease_owner=row.lease_owner, state=Delivery.State.READY)


def _give_up(row: Delivery, reason: str, *, answer: str = "") -> None:
    held(row).update(
        state=Delivery.State.DEAD, lease_until=None, lease_owner="", answer=answer[:300], error=reason[:300]
    )
    log.info("delivery %s to %s ends: %s", row.pk, row.inbox, reason)


def _later(
    row: Delivery, said: str, now: dt.datetime, *, answer: str = "", asked_to_wait: dt.timedelta = dt.timedelta()
) -> None:
    gone_on_too_long = now - row.patient_since > GIVE_UP_AFTER
    row.attempts += 1
    held(row).update(
        state=Delivery.State.DEAD if gone_on_too_long else Delivery.State.READY,
        unreached=gone_on_too_long,
        lease_until=None,
        lease_owner="",
        due_at=now + max(pause(row.attempts), asked_to_wait),
        attempts=row.attempts,
        answer=answer[:300],
        error=said[:300],
    )
    log.warning("delivery %s to %s failed on attempt %s: %s", row.pk, row.inbox, row.attempts, said)


def pause(attempts: int) -> dt.timedelta:
    """30 s, doubling to 12 h, give or take a fifth so that many nodes do not come back in the same second."""
    base = min(FIRST_RETRY * 2 ** min(max(attempts - 1, 0), 12), LONGEST_RETRY)
    return dt.timedelta(seconds=base.total_seconds() * random.uniform(0.8, 1.2))
