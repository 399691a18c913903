"""What a steward does about another node for a while: pause it, not show it unasked, block it. Each can be undone.

Follows stay, and afterwards each looks for what it missed of the other. During a pause deliveries wait, however long it
lasts; during a block those that waited wait on, and what is said then is never meant for that node: of it only what is
for everyone is read afterwards.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from federation import catalogue, introductions, returning
from federation.models import Delivery, Node, Remark
from federation.peering import CannotPeer, set_state
from federation.returning import WOKEN_AT_ONCE
from journal import bell, errand, errand_kind, record

if TYPE_CHECKING:
    from journal.models import Errand

PAUSES: dict[str, dt.timedelta | None] = {"day": dt.timedelta(days=1), "week": dt.timedelta(days=7), "open": None}
"""How long a pause lasts; None: until a steward carries on."""


def pause(node: Node, *, by: str = "", lasting: dt.timedelta | None = None) -> Node:
    """Send nothing and take nothing for now, or for as long as `lasting`; what is due waits. Raises CannotPeer."""
    with transaction.atomic():
        node = _locked(node)
        if not node.is_neighbour:
            raise CannotPeer(CannotPeer.NO_NEIGHBOUR, node.origin)
        until = timezone.now() + lasting if lasting is not None else None
        set_state(node, Node.Peering.PAUSED, "node.paused", by=by, paused_until=until, resumes_as=node.peering)
        if until is not None:
            said = {"node": node.pk, "until": until.isoformat()}
            errand("federation.resume", payload=said, key=f"resume:{node.pk}:{said['until']}", due_at=until)
    return node


def resume(node: Node, *, by: str = "") -> Node:
    """Carry on as before the pause, with no loss. Raises CannotPeer."""
    with transaction.atomic():
        node = _locked(node)
        if node.peering != Node.Peering.PAUSED:
            raise CannotPeer(CannotPeer.NOT_PAUSED, node.origin)
        before = Node.Peering(node.resumes_as or Node.Peering.FULL)
        set_state(node, before, "node.resumed", by=by, here=True)
        _carry_on(node)
        catalogue.take_up(node)
    return node


@errand_kind("federation.resume")
def resume_by_itself(errand_row: Errand) -> None:
    """The end of a pause, unless a steward has carried on, or paused again, since it was planned."""
    until = parse_datetime(errand_row.payload["until"])
    node = Node.objects.filter(pk=errand_row.payload["node"], paused_until=until, peering=Node.Peering.PAUSED).first()
    if node is not None:
        resume(node)


def limit(node: Node, *, by: str = "") -> Node:
    """Go on hearing a neighbour, and show it only by address and to those who follow it. Raises CannotPeer."""
    with transaction.atomic():
        node = _locked(node)
        if not node.is_neighbour or node.peering == Node.Peering.LIMITED:
            raise CannotPeer(CannotPeer.NO_NEIGHBOUR, node.origin)
        set_state(node, Node.Peering.LIMITED, "node.limited", by=by)
    return node


def stop_limiting(node: Node, *, by: str = "") -> Node:
    """Show a neighbour like any other again. Raises CannotPeer."""
    with transaction.atomic():
        node = _locked(node)
        if node.is_shown_unasked:
            raise CannotPeer(CannotPeer.NOT_LIMITED, node.origin)
        if node.peering == Node.Peering.LIMITED:
            set_state(node, Node.Peering.FULL, "node.unlimited", by=by)
        else:
            resumes_as = Node.Peering.FULL if node.has_agreement else ""
            state, until = Node.Peering(node.peering), node.paused_until
            set_state(node, state, "node.unlimited", by=by, paused_until=until, resumes_as=resumes_as)
    return node


def block(node: Node, *, by: str = "", reason: str = "") -> Node:
    """Show nothing of it, send nothing to it and take nothing from it; `reason` is for the record here alone.

    Raises CannotPeer.
    """
    with transaction.atomic():
        node = _locked(node)
        if node.blocked_at is not None:
            raise CannotPeer(CannotPeer.BLOCKED, node.origin)
        node.blocked_at = timezone.now()
        node.save(update_fields=["blocked_at"])
        entry = record("node.blocked", node.origin, actor=by)
        if reason:
            Remark.objects.create(entry=entry, text=reason[:300])
    return node


def unblock(node: Node, *, by: str = "") -> Node:
    """Everything of it is back, and what was missed is read. Raises CannotPeer."""
    with transaction.atomic():
        node = _locked(node)
        if node.blocked_at is None:
            raise CannotPeer(CannotPeer.NOT_BLOCKED, node.origin)
        node.blocked_at = None
        node.save(update_fields=["blocked_at"])
        record("node.unblocked", node.origin, actor=by)
        _carry_on(node)
        if node.is_neighbour:
            catalogue.ask(node)
    return node


def _locked(node: Node) -> Node:
    return Node.objects.select_for_update(of=("self",)).select_related("actor").get(pk=node.pk)


def _carry_on(node: Node) -> None:
    """What waited goes out now, and they hear that we are there: they look for what they missed."""
    now = timezone.now()
    waiting = Delivery.objects.filter(node=node, state=Delivery.State.READY).order_by("pk")
    keys = list(waiting.select_for_update(of=("self",)).values_list("pk", flat=True))
    for start in range(0, len(keys), WOKEN_AT_ONCE):
        Delivery.objects.filter(pk__in=keys[start : start + WOKEN_AT_ONCE]).update(due_at=now, patient_since=now)
    returning.take_up_again(node)
    Node.objects.filter(pk=node.pk).update(rest_until=None)
    bell.ring()
    if node.is_neighbour:
        introductions.tell(node)
