"""Join, Undo, Leave and the answers to them, between the node of what is lent and the nodes of those who borrow it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cop.actions import reservations as actions
from cop.actions.reservations import CannotReserve, NotNow
from cop.models import Proposal, Reservation
from federation.inbound.verbs import Incoming, Refused, verb
from federation.reader import Reader

if TYPE_CHECKING:
    import datetime as dt

State = Reservation.State
NOT_HERE = "object: expected something that this node lends"
ACCEPTED = {"out": State.OUT, "back": State.BACK}
"""What an Accept says in `state`, beside that it is given."""


@verb("Join", kind="offer")
def join(incoming: Incoming) -> str:
    """Somebody on another node would like to borrow something. Everybody gets an answer, also when asking twice: ours
    may be lost."""
    offer = _ours(incoming)
    read = Reader(incoming.activity)
    starts, ends = read.instant("startTime", required=True), read.instant("endTime", required=True)
    assert starts is not None and ends is not None  # they are required
    name = read.text("name", 120) or incoming.actor.name[:120]
    message = read.text("participationMessage", 500)
    held = _asked_before(incoming, offer, starts, ends)
    if held is not None:
        return _again(incoming, held)
    try:
        reservation = actions.reserve(
            incoming.actor, offer, starts, ends, name=name, message=message, join_uri=incoming.uri
        )
    except CannotReserve as no:
        if no.reason == CannotReserve.GONE:
            raise Refused(NOT_HERE) from no
        actions.answer_join(offer, incoming.actor, _join(incoming, offer), "Reject", no.reason)
        return f"reservation refused: {no.reason}"
    return f"reservation: {reservation.state}"


@verb("Undo", of="Join", kind="offer")
def take_back(incoming: Incoming) -> str:
    """Only whoever sent the Join can take it back."""
    offer, inner = _ours(incoming), incoming.inner or {}
    if inner.get("actor") not in (None, incoming.actor.uri):  # it may be anything, also what no set can hold
        raise Refused("object: expected a Join of your own")
    mine = offer.reservations.filter(actor=incoming.actor, join_uri=str(inner.get("id")))
    return _cancelled(incoming, mine.first())


@verb("Leave", kind="offer")
def leave(incoming: Incoming) -> str:
    """Programs that know of no more than one Join to a thing take back all that is not handed over."""
    offer = _ours(incoming)
    open_ones = offer.reservations.filter(actor=incoming.actor, state__in=[State.ASKED, State.GIVEN])
    outcomes = [_cancelled(incoming, each) for each in open_ones.order_by("pk")]
    return outcomes[-1] if outcomes else "reservation: none to take back"


@verb("Accept", of="Join", kind="offer")
def accepted(incoming: Incoming) -> str:
    said = incoming.activity.get("state")
    state = ACCEPTED.get(said, State.GIVEN) if isinstance(said, str) else State.GIVEN
    return _heard(incoming, state)


@verb("Reject", of="Join", kind="offer")
def refused(incoming: Incoming) -> str:
    said = incoming.activity.get("state")
    if said == State.CANCELLED:
        return _heard(incoming, State.CANCELLED)
    return _heard(incoming, State.DECLINED, reason=said if isinstance(said, str) else "")


def _ours(incoming: Incoming) -> Proposal:
    offer: Proposal = incoming.target
    if not offer.is_ours:
        raise Refused(NOT_HERE)
    return offer


def _join(incoming: Incoming, offer: Proposal) -> dict[str, str]:
    return {"id": incoming.uri, "type": "Join", "actor": incoming.actor.uri, "object": offer.uri}


def _asked_before(incoming: Incoming, offer: Proposal, starts: dt.datetime, ends: dt.datetime) -> Reservation | None:
    """The same person, the same thing, the same time: the same reservation."""
    mine = offer.reservations.filter(actor=incoming.actor, starts=starts, ends=ends)
    return mine.filter(state__in=Reservation.OPEN).first()


def _again(incoming: Incoming, held: Reservation) -> str:
    Reservation.objects.filter(pk=held.pk).update(join_uri=incoming.uri)
    fresh = actions.with_offer_locked(held)
    actions.say_again(fresh)
    return f"reservation again: {fresh.state}"


def _cancelled(incoming: Incoming, reservation: Reservation | None) -> str:
    """What was handed over meanwhile is not called off: the other node hears how it stands."""
    if reservation is None:
        return "reservation: none to take back"
    try:
        actions.cancel(incoming.actor, reservation)
    except NotNow:
        fresh = actions.with_offer_locked(reservation)
        actions.say_again(fresh)
        return f"reservation still: {fresh.state}"
    return "reservation: cancelled"


def _heard(incoming: Incoming, state: State, *, reason: str = "") -> str:
    """Only whoever lends can answer, and only what one of our people asked."""
    offer: Proposal = incoming.target
    inner = incoming.inner or {}
    asked = Reservation.objects.select_for_update(of=("self",)).select_related("offer__actor", "actor")
    reservation = asked.filter(
        offer=offer, join_uri=str(inner.get("id")), actor__uri=str(inner.get("actor")), actor__node__isnull=True
    ).first()
    if reservation is None or not reservation.join_uri or offer.is_ours or incoming.actor.pk != offer.actor_id:
        raise Refused("object: expected a Join that one of our people sent to you")
    is_news = actions.answered_by_their_node(reservation, state, reason=reason)
    if not is_news and (state, reservation.state) == (State.GIVEN, State.CANCELLED):
        actions.take_back_again(reservation)
    return f"reservation: {reservation.state}" if is_news else "reservation: known already"
