"""Nodes become neighbours when both stewards agree: each node's actor follows the other's (blueprint 4.4).

The back-catalogue is read once *our* follow was accepted: from that moment they send us everything new, so that
reading what was there before misses nothing.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from federation import absence, actors, audiences, catalogue, discovery, identity, introductions, returning
from federation.models import Acceptance, Actor, Following, Node
from federation.outbound.follow import follow, stop_following
from journal import errand, errand_kind, record

if TYPE_CHECKING:
    from journal.models import Errand

log = logging.getLogger(__name__)

AGREEMENT = 1
"""The version of the words both stewards accept (`desk/_agreement.html`). Raise it when they promise something else."""


class CannotPeer(ValueError):
    """Nothing changes between us and the node at `address`; `reason` is one of the words below."""

    NO_ADDRESS = "no address"
    OURSELVES = "ourselves"
    BLOCKED = "blocked"
    ALREADY = "neighbour already"
    NOT_ASKED = "has not asked"
    NOTHING_OPEN = "no open question"
    NO_NEIGHBOUR = "not a neighbour"
    NOT_PAUSED = "not paused"
    NOT_AGREED = "agreement not accepted"
    NOT_LIMITED = "not limited"
    NOT_BLOCKED = "not blocked"

    def __init__(self, reason: str, address: str) -> None:
        super().__init__(reason, address)
        self.reason, self.address = reason, address


def invite(address: str, *, accepts: int, by: str = "") -> Node:
    """A steward asks another node to become a neighbour, and with that `accepts` the agreement in its present words.
    The asking itself is done by a worker.

    Raises CannotPeer for an address that is no node's, our own, or a neighbour already.
    """
    try:
        origin = identity.origin_of(address if "://" in address else f"https://{address}")
    except ValueError as bad:
        raise CannotPeer(CannotPeer.NO_ADDRESS, address) from bad
    if identity.is_ours(origin):
        raise CannotPeer(CannotPeer.OURSELVES, origin)
    with transaction.atomic():
        node, _ = Node.objects.select_for_update().get_or_create(origin=origin)
        if node.blocked_at is not None:
            raise CannotPeer(CannotPeer.BLOCKED, origin)
        if node.is_neighbour:
            raise CannotPeer(CannotPeer.ALREADY, origin)
        if node.peering == Node.Peering.ASKED:
            return accept(node, accepts=accepts, by=by)
        if node.peering in Node.AGREED:
            raise CannotPeer(CannotPeer.ALREADY, origin)
        _accept_agreement(node, accepts, by=by)
        set_state(node, Node.Peering.INVITED, "node.invited", by=by)
        errand("federation.invite", payload={"node": node.pk, "origin": origin}, key=f"invite:{node.pk}")
    node.refresh_from_db()
    return node


@errand_kind("federation.invite", atomic=False, own_lane=True)
def carry_invitation(errand_row: Errand) -> None:
    """Find out who speaks for a node, and follow them. Tried again later while the node cannot be reached."""
    node = Node.objects.get(pk=errand_row.payload["node"])
    # They may have asked us while we could not reach them: neighbours by now, and still we must follow them.
    if node.peering not in {Node.Peering.INVITED, *Node.SHARING} or node.blocked_at is not None:
        return
    actor = discovery.read_node(node)
    with transaction.atomic():
        follow(actor)


def accept(node: Node, *, accepts: int, by: str = "") -> Node:
    """A steward says yes to a node that asked, and to the agreement. Raises CannotPeer when it did not ask."""
    with transaction.atomic():
        node = Node.objects.select_for_update().get(pk=node.pk)
        if node.peering != Node.Peering.ASKED or node.actor is None:
            raise CannotPeer(CannotPeer.NOT_ASKED, node.origin)
        if node.blocked_at is not None:
            raise CannotPeer(CannotPeer.BLOCKED, node.origin)
        _accept_agreement(node, accepts, by=by)
        _become_neighbours(node, by=by)
        _answer_their_follow(node, accept=True)
        follow(node.actor)
    return node


def refuse(node: Node, *, by: str = "") -> Node:
    """A steward says no, or takes an invitation back."""
    with transaction.atomic():
        node = Node.objects.select_for_update().get(pk=node.pk)
        if node.peering not in {Node.Peering.ASKED, Node.Peering.INVITED}:
            raise CannotPeer(CannotPeer.NOTHING_OPEN, node.origin)
        _answer_their_follow(node, accept=False)
        set_state(node, Node.Peering.NONE, "node.refused", by=by)
    return node


def end(node: Node, *, by: str = "") -> Node:
    """No longer neighbours: both follows are taken back. What was published stays where it is."""
    with transaction.atomic():
        node = Node.objects.select_for_update().get(pk=node.pk)
        if node.actor is None or node.peering in {Node.Peering.NONE, Node.Peering.ENDED}:
            raise CannotPeer(CannotPeer.NO_NEIGHBOUR, node.origin)
        ours = actors.this_node().actor
        stop_following(node.actor)
        Following.objects.filter(follower=node.actor, followed=ours).delete()
        set_state(node, Node.Peering.ENDED, "node.ended", by=by)
    return node


# What the other side says -------------------------------------------------------------------------------


def asked_by(node: Node, actor: Actor, following: Following) -> str:
    """Their node's actor follows ours. If we asked them too, that is an agreement; else a steward decides."""
    # Many programs let people make accounts of the type Application: one that is known stays the one who speaks.
    strangers = node.peering in {Node.Peering.NONE, Node.Peering.ENDED}
    speaks_for_node = strangers or node.actor_id in {None, actor.pk}
    if actor.type != Actor.Type.APPLICATION or not speaks_for_node:
        Following.objects.filter(pk=following.pk).update(state=Following.State.REFUSED, answered_at=timezone.now())
        return "refused: only a node can become a neighbour"
    Node.objects.filter(pk=node.pk).update(actor=actor)
    node.refresh_from_db()
    if node.peering in {Node.Peering.INVITED, *Node.SHARING}:
        _become_neighbours(node)
        _answer_their_follow(node, accept=True)
        return "neighbours, as we had asked them too"
    set_state(node, Node.Peering.ASKED, "node.asked")
    introductions.ask_again(node)
    return "asks to become a neighbour"


def accepted_by(node: Node, actor: Actor) -> str:
    """They said yes: from now on they send us everything, so what was before can be read."""
    if node.peering == Node.Peering.INVITED:
        Node.objects.filter(pk=node.pk).update(actor=actor)
        node.refresh_from_db()
        _become_neighbours(node)
    catalogue.ask(node)
    return "accepted us as a neighbour"


def refused_by(node: Node) -> str:
    if node.peering == Node.Peering.INVITED:
        set_state(node, Node.Peering.NONE, "node.declined")
    return "does not want to be a neighbour"


def described_by(node: Node) -> str:
    """They say something else of themselves, know somebody new, or carry on after a pause: read at their own address,
    and compared with what we hold."""
    introductions.ask_again(node)
    if node.is_neighbour:
        catalogue.take_up(node)
        returning.carries_on(node)
    return "the node is read again"


def ended_by(node: Node) -> str:
    if node.actor is not None:
        Following.objects.filter(follower=actors.this_node().actor, followed=node.actor).delete()
    set_state(node, Node.Peering.ENDED, "node.left")
    return "ended the neighbourhood"


def has_public_page(actor: Actor) -> bool:
    """Whether a person of ours chose to be seen; who did not cannot be followed either."""
    from federation import types

    found = types.locate(actor.uri)
    return found is not None and found[0].may_speak(found[1]) and found[1].audience == audiences.PUBLIC


def _become_neighbours(node: Node, *, by: str = "") -> None:
    if node.peering not in Node.SHARING:
        now = timezone.now()
        Node.objects.filter(pk=node.pk).update(peered_at=now, failures=0, rest_until=None, unreachable_since=None)
        set_state(node, Node.Peering.FULL, "node.peered", by=by)
        absence.ends(node)
        returning.take_up_again(node)
        introductions.ask_again(node)


def _answer_their_follow(node: Node, *, accept: bool) -> None:
    from federation.inbound.following import answer  # following asks peering what a Follow of the node means

    theirs = Following.objects.filter(follower=node.actor, followed=actors.this_node().actor).first()
    if theirs is not None:
        answer(theirs, accept=accept)


def _accept_agreement(node: Node, version: int, *, by: str) -> None:
    if version != AGREEMENT:
        raise CannotPeer(CannotPeer.NOT_AGREED, node.origin)
    Acceptance.objects.create(node=node, version=version, by=by)


def set_state(node: Node, state: Node.Peering, name: str, *, by: str = "", here: bool = False, **columns: Any) -> None:
    """Where the agreement stands from now on, on the record as `name`. What only a pause has goes with the pause; who
    was not shown unasked is not, until there is a new agreement.

    `here`: it is ours, though nobody did it just now.
    """
    agreed = {Node.Peering.TRIAL, Node.Peering.FULL, Node.Peering.LIMITED}
    stays_limited = not node.is_shown_unasked and state not in agreed
    resumes_as = Node.Peering.LIMITED if stays_limited else ""
    values: dict[str, Any] = {"peering": state, "paused_until": None, "resumes_as": resumes_as, **columns}
    Node.objects.filter(pk=node.pk).update(**values)
    for column, value in values.items():
        setattr(node, column, value)
    record(name, node.origin, actor=by, origin="here" if by or here else "peer")
