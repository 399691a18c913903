"""A node that was away is back: what waited for it goes out, what was given up too, and the views are compared.

However long it was away (federation rules section 3): deliveries end after seven days, what they told does not. It is
back once it takes a message. That it speaks to us says nothing of whether it hears us.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from federation import absence, introductions, overtaken, repair
from federation.inbound.authenticate import authenticate
from federation.models import Delivery, Node
from federation.signatures import SignatureRefused
from journal import bell, errand, errand_kind

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from journal.models import Errand

log = logging.getLogger(__name__)

WOKEN_AT_ONCE = 5_000
TAKEN_UP_AT_ONCE = 500


def neighbour_asking(request: HttpRequest, node: Node | None) -> Node | None:
    """`node`, whose key the request names (`kept_out.claimed_node`), if it is a neighbour and has signed a request for
    something everyone may read; None where nobody did, or in vain.

    A node we could not reach and that asks may be back, neighbour or not.
    """
    if node is None or node.blocked_at is not None or not (node.is_neighbour or node.failures):
        return None
    if not _is_them(request, node):
        return None
    if node.failures:
        speaks(node)
    return node if node.is_neighbour else None


def _is_them(request: HttpRequest, node: Node) -> bool:
    try:
        asker, _ = authenticate(request, b"")
    except SignatureRefused as refused:
        log.info("a request signed for %s proves nothing: %s", node.origin, refused)
        return False
    return asker.node_id == node.pk


def speaks(node: Node) -> None:
    """The node speaks to us: its rest ends, and one message goes to find out whether it hears us too. All the others
    wait until that one is taken: where the way is open in one direction only, it stays one message at a time."""
    with transaction.atomic():
        if not Node.objects.filter(pk=node.pk, failures__gt=0).update(rest_until=None):
            return  # it is back already
        waiting = Delivery.objects.filter(node=node, state=Delivery.State.READY)
        under_way = Q(due_at__lte=timezone.now()) | Q(lease_until__gt=timezone.now())
        if waiting.filter(under_way, not_held_back()).exists() or wake(node.pk, where=not_held_back(), most=1):
            bell.ring()
        elif not waiting.exists() and not _take_up_again(node, most=1):
            introductions.tell(node)


def is_back(node: Node) -> None:
    """The node takes what we send: nothing waits for its own pause any more."""
    with transaction.atomic():
        if not Node.objects.filter(pk=node.pk, failures__gt=0).update(
            failures=0, rest_until=None, unreachable_since=None
        ):
            return  # somebody else has noticed it
        absence.ends(node)
        wake(node.pk)
        take_up_again(node)
        repair.soon(node)
    log.info("%s is back", node.origin)


def carries_on(node: Node) -> None:
    """A neighbour that could be reached speaks of itself, as after a pause: what it asked us to send later is sent now,
    and what was given up. Inside a transaction."""
    if Node.objects.filter(pk=node.pk, failures=0).exists():
        wake(node.pk, where=Q(answer__startswith="503"))
        take_up_again(node)


def not_held_back() -> Q:
    """That a delivery need not wait for an earlier one about the same thing."""
    earlier = Delivery.objects.filter(
        state=Delivery.State.READY, inbox=OuterRef("inbox"), object_uri=OuterRef("object_uri"), id__lt=OuterRef("id")
    )
    return Q(~Exists(earlier.exclude(object_uri="")))


def wake(node_id: int, *, where: Q | None = None, most: int = WOKEN_AT_ONCE) -> int:
    """What waits for a node is due now; returns how much. Inside a transaction or not; rows that somebody works on stay
    as they are. Of a few, those that were tried least."""
    now = timezone.now()
    with transaction.atomic():
        waiting = Delivery.objects.filter(
            where or Q(), node=node_id, state=Delivery.State.READY, lease_until=None, due_at__gt=now
        )
        if most < WOKEN_AT_ONCE:
            least_tried = waiting.order_by("attempts", "pk").values_list("pk", flat=True)
            waiting = waiting.filter(pk__in=list(least_tried[:most]))
        held = waiting.select_for_update(skip_locked=True, of=("self",)).order_by("pk").values_list("pk", flat=True)
        keys = list(held[:most])
        if keys:
            Delivery.objects.filter(pk__in=keys).update(due_at=now)
            bell.ring()
    return len(keys)


def take_up_again(node: Node) -> None:
    """Have what was given up because a node was away said again. Inside a transaction."""
    if _given_up(node).exists():
        errand("federation.take_up_again", payload={"node": node.pk}, key=f"again:{node.pk}")


@errand_kind("federation.take_up_again")
def take_up(errand_row: Errand) -> None:
    """Some of it, and then the next: there may be much."""
    node = Node.objects.filter(pk=errand_row.payload["node"], blocked_at__isnull=True).first()
    if node is not None:
        _take_up_again(node)
        take_up_again(node)


def _take_up_again(node: Node, *, most: int = TAKEN_UP_AT_ONCE) -> int:
    """What was given up, tried for another seven days; returns how many, at most `most`. What need not be said any
    more, or must not, is settled instead."""
    # Locked in one order, as by whoever erases or wakes them: two that wait for each other would both end.
    rows = _given_up(node).select_related("activity").select_for_update(of=("self",)).order_by("pk")
    held = list(rows[:TAKEN_UP_AT_ONCE])
    settled = overtaken.among(held, node)
    now = timezone.now()
    for reason in set(settled.values()):
        keys = [pk for pk, why in settled.items() if why == reason]
        Delivery.objects.filter(pk__in=keys).update(
            state=Delivery.State.DONE, settled_at=now, unreached=False, error="", answer=reason
        )
    again = [row.pk for row in held if row.pk not in settled][:most]
    Delivery.objects.filter(pk__in=again).update(
        state=Delivery.State.READY, due_at=now, patient_since=now, attempts=0, unreached=False, error=""
    )
    bell.ring()
    return len(again)


def _given_up(node: Node) -> QuerySet[Delivery]:
    return Delivery.objects.filter(node=node, state=Delivery.State.DEAD, unreached=True)
