"""A node that was away speaks again: what waited for it goes out, what was given up too, and the views are compared.

However long it was away (federation rules section 3): deliveries end after seven days, what they told does not.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from federation import identity, repair
from federation.audiences import PUBLIC
from federation.inbound.authenticate import authenticate
from federation.models import Delivery, Node
from federation.outbound.say import ERASED, TELLS_HOW_IT_STANDS
from federation.signatures import SignatureRefused, claimed_key
from journal import bell

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

log = logging.getLogger(__name__)

WOKEN_AT_ONCE = 5_000


def noticed(request: HttpRequest) -> None:
    """Somebody asks us for something and signs for it: if that is a node we could not reach, it is back."""
    node = _claimed(request)
    if node is not None and node.failures and _is_them(request, node):
        is_back(node)


def neighbour_asking(request: HttpRequest) -> Node | None:
    """The neighbour that signed a request for something everyone may read; None where nobody did, or in vain."""
    node = _claimed(request)
    if node is None or not node.is_neighbour or not _is_them(request, node):
        return None
    if node.failures:
        is_back(node)
    return node


def _claimed(request: HttpRequest) -> Node | None:
    """The node whose key a request names, nothing proved. One query, and none where nobody signed."""
    if "Signature" not in request.headers:
        return None
    try:
        origin = identity.origin_of(claimed_key(request.headers).keyid)
    except (SignatureRefused, ValueError):
        return None
    return Node.objects.filter(origin=origin, blocked_at__isnull=True).first()


def _is_them(request: HttpRequest, node: Node) -> bool:
    try:
        asker, _ = authenticate(request, b"")
    except SignatureRefused as refused:
        log.info("a request signed for %s proves nothing: %s", node.origin, refused)
        return False
    return asker.node_id == node.pk


def is_back(node: Node) -> None:
    """The node answers, or speaks to us: nothing waits for its own pause any more."""
    with transaction.atomic():
        if not Node.objects.filter(pk=node.pk, failures__gt=0).update(
            failures=0, rest_until=None, unreachable_since=None
        ):
            return  # somebody else has noticed it
        wake(node.pk)
        _take_up_again(node)
        repair.soon(node)
    log.info("%s is back", node.origin)


def wake(node_id: int, *, where: Q | None = None) -> None:
    """What waits for a node is due now. Inside a transaction or not; rows that somebody works on stay as they are."""
    now = timezone.now()
    with transaction.atomic():
        waiting = Delivery.objects.filter(
            where or Q(), node=node_id, state=Delivery.State.READY, lease_until=None, due_at__gt=now
        )
        held = waiting.select_for_update(skip_locked=True, of=("self",)).order_by("pk").values_list("pk", flat=True)
        keys = list(held[:WOKEN_AT_ONCE])
        if keys:
            Delivery.objects.filter(pk__in=keys).update(due_at=now)
            bell.ring()


def _take_up_again(node: Node) -> None:
    """What was given up because they were away is tried for another seven days; how public things stand a neighbour
    asks by itself, when it compares its view with ours."""
    given_up = Delivery.objects.filter(node=node, state=Delivery.State.DEAD, unreached=True)
    settled = Q(activity__body=ERASED)
    if node.peering in Node.SHARING:
        settled |= Q(activity__type__in=[*TELLS_HOW_IT_STANDS, "Delete"], activity__body__contains=f'"{PUBLIC}"')
    now = timezone.now()
    given_up.filter(pk__in=_keys(given_up.filter(settled))).update(
        state=Delivery.State.DONE, settled_at=now, error="", answer="they compare their view with ours instead"
    )
    given_up.filter(pk__in=_keys(given_up)).update(
        state=Delivery.State.READY, due_at=now, patient_since=now, attempts=0, unreached=False, error=""
    )
    bell.ring()


def _keys(rows: QuerySet[Delivery]) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True)[:WOKEN_AT_ONCE])
