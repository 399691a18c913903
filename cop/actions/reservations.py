"""Borrowing what is lent: reserving, being answered, cancelling, handing over and taking back, for people of this node
and of others alike.

On the wire: Join with `startTime` and `endTime` → Accept or Reject by whoever lends, Undo of the Join by whoever asked.
Later Accepts of the same Join say in `state` how it stands (`out`, `back`), a Reject after an Accept that it was
cancelled. The offer's own node decides, under a lock on the offer's row, and the database holds each day or hour of
each copy once. The other node keeps a copy of its person's row in step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from cop.access import require_edit
from cop.lending import holding
from cop.lending.rules import CannotReserve, require_reservable
from cop.models import Proposal, Reservation
from federation import actors, identity, moderation
from federation.outbound.say import say
from journal import errand, errand_kind, record

if TYPE_CHECKING:
    import datetime as dt

    from federation.models import Actor
    from journal.models import Errand

State = Reservation.State


class NotNow(ValueError):
    """As the reservation stands now, that cannot be done: somebody has done something meanwhile."""


def reserve(
    person: Actor,
    offer: Proposal,
    starts: dt.datetime,
    ends: dt.datetime,
    *,
    name: str = "",
    message: str = "",
    join_uri: str = "",
) -> Reservation:
    """Ask for it, or have it at once where it is anyone's who comes first. Raises CannotReserve, moderation.Suspended
    for somebody of this node, and then nothing has changed."""
    if person.is_ours:
        moderation.require_not_suspended(person)
    with transaction.atomic():
        offer = locked(offer)
        require_reservable(person, offer, starts, ends)
        reservation = Reservation.objects.create(
            public_id=identity.new_public_id(),
            offer=offer,
            actor=person,
            starts=starts,
            ends=ends,
            name=name[:120],
            message=message[:500],
            join_uri=join_uri,
        )
        if not offer.is_ours:
            _ask_their_node(reservation)
        elif offer.lends_to == Proposal.LendsTo.ANYONE:
            _give(reservation, person)
        else:
            record("reservation.asked", reservation.uri, actor=person.uri, origin=_origin(person))
    return reservation


def give(lender: Actor, reservation: Reservation) -> Reservation:
    """Whoever lends says yes. A second time changes nothing. Raises NotAllowed, CannotReserve, NotNow."""
    require_edit(lender, reservation.offer)
    with transaction.atomic():
        reservation = with_offer_locked(reservation)
        if reservation.state != State.GIVEN:
            _require_state(reservation, State.ASKED)
            if reservation.ends <= timezone.now():
                raise CannotReserve(CannotReserve.PAST)
            _give(reservation, lender)
    return reservation


def decline(lender: Actor, reservation: Reservation) -> Reservation:
    """Whoever lends says: not this time. A second time changes nothing. Raises NotAllowed, NotNow."""
    require_edit(lender, reservation.offer)
    with transaction.atomic():
        reservation = with_offer_locked(reservation)
        if reservation.state != State.DECLINED:
            _require_state(reservation, State.ASKED)
            _move(reservation, State.DECLINED)
            _tell(reservation, "Reject", CannotReserve.DECLINED)
            record("reservation.declined", reservation.uri, actor=lender.uri)
    return reservation


def cancel(person: Actor, reservation: Reservation) -> Reservation:
    """Either side, any time before it is handed over. A second time changes nothing. Raises NotAllowed, NotNow."""
    if reservation.actor_id != person.pk:
        require_edit(person, reservation.offer)
    with transaction.atomic():
        reservation = with_offer_locked(reservation)
        if reservation.state != State.CANCELLED:
            _require_state(reservation, State.ASKED, State.GIVEN)
            call_off(reservation, person)
    return reservation


def hand_over(lender: Actor, reservation: Reservation) -> Reservation:
    """It is in the borrower's hands. A second time changes nothing. Raises NotAllowed, NotNow."""
    require_edit(lender, reservation.offer)
    return _go_on(lender, reservation, State.OUT, "reservation.handed_over", State.GIVEN)


def take_back(lender: Actor, reservation: Reservation) -> Reservation:
    """It is back; what is left of its time is free for others. A second time changes nothing.

    Raises NotAllowed, NotNow.
    """
    require_edit(lender, reservation.offer)
    return _go_on(lender, reservation, State.BACK, "reservation.returned", State.OUT)


def call_off(reservation: Reservation, by: Actor) -> None:
    """Cancel what is locked and not handed over yet, on whichever side; both sides are told. In a transaction."""
    offer, person = reservation.offer, reservation.actor
    holding.free(reservation)
    _move(reservation, State.CANCELLED)
    if offer.is_ours and by.pk != person.pk:
        _tell(reservation, "Reject", State.CANCELLED)
    elif not offer.is_ours and person.is_ours and reservation.join_uri and by.pk == person.pk:
        take_back_again(reservation)
    record("reservation.cancelled", reservation.uri, actor=by.uri, origin=_origin(by))


def take_back_again(reservation: Reservation) -> None:
    """Say to the lender's node that one of ours borrows it no more; also where that did not reach them, and they hold
    it for nobody. In a transaction."""
    offer = reservation.offer
    about = {"to": [offer.actor.uri], "about": offer.uri}
    say(reservation.actor, "Undo", _join_of(reservation), [offer.actor.inbox], **about)


def answered_by_their_node(reservation: Reservation, state: State, *, reason: str = "") -> bool:
    """How one of our people's stands on the node of the offer, which decides. Whether that is news: what comes late
    changes nothing. Called inside the receipt's transaction."""
    if _how_far(state) <= _how_far(State(reservation.state)):
        return False
    reservation.reason = reason if reason in CannotReserve.REASONS else ""
    reservation.save(update_fields=["reason"])
    _move(reservation, state)
    happened = {
        State.GIVEN: "reservation.given",
        State.DECLINED: "reservation.declined",
        State.CANCELLED: "reservation.cancelled",
        State.OUT: "reservation.handed_over",
        State.BACK: "reservation.returned",
    }[state]
    record(happened, reservation.uri, actor=reservation.offer.actor.uri, origin="peer")
    return True


def say_again(reservation: Reservation) -> None:
    """The answer as it stands, to somebody elsewhere who may have missed it. In a transaction."""
    if reservation.state in (State.GIVEN, State.OUT, State.BACK):
        _tell(reservation, "Accept", reservation.state)
    elif reservation.state in (State.DECLINED, State.CANCELLED):
        _tell(reservation, "Reject", reservation.state)


def answer_join(offer: Proposal, person: Actor, join: dict[str, str], answer: str, state: str) -> None:
    """Say Accept or Reject to a Join from another node; in a transaction.

    An Accept is said about the offer itself, so that later changes reach everybody who borrows, wherever they live.
    """
    about = offer.uri if answer == "Accept" else join["id"]
    say(offer.actor, answer, join, [person.delivery_inbox], to=[person.uri], about=about, state=state)


def locked(offer: Proposal) -> Proposal:
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("actor", "node", "author")
    return rows.get(pk=offer.pk)  # type: ignore[no-any-return]


def with_offer_locked(reservation: Reservation) -> Reservation:
    """The row as it is now. The offer is locked first, as everywhere, so that nobody waits in a circle."""
    offer = locked(reservation.offer)
    fresh = Reservation.objects.select_related("actor__node").get(pk=reservation.pk)
    fresh.offer = offer
    return fresh


# --- What happens -------------------------------------------------------------------------------------


def _require_state(reservation: Reservation, *states: State) -> None:
    if reservation.state not in states:
        raise NotNow(f"{reservation} cannot do that")


def _give(reservation: Reservation, by: Actor) -> None:
    """Hold its time. Raises CannotReserve where somebody else has it by now."""
    if not holding.hold(reservation):
        raise CannotReserve(CannotReserve.TAKEN)
    _move(reservation, State.GIVEN)
    _tell(reservation, "Accept", State.GIVEN)
    record("reservation.given", reservation.uri, actor=by.uri, origin=_origin(by))


def _go_on(lender: Actor, reservation: Reservation, state: State, happened: str, before: State) -> Reservation:
    with transaction.atomic():
        reservation = with_offer_locked(reservation)
        if reservation.state != state:
            _require_state(reservation, before)
            if state == State.BACK:
                holding.free(reservation)
                if reservation.actor.gone_at is not None:
                    Reservation.objects.filter(pk=reservation.pk).update(name="")
            _move(reservation, state)
            _tell(reservation, "Accept", state)
            record(happened, reservation.uri, actor=lender.uri)
    return reservation


def _how_far(state: State) -> int:
    """What the offer's node says only goes forward; that it was handed over counts more than that it was called off
    while that was on its way."""
    order = {State.ASKED: 0, State.GIVEN: 1, State.DECLINED: 2, State.CANCELLED: 2, State.OUT: 3, State.BACK: 4}
    return order[state]


def _move(reservation: Reservation, state: State) -> None:
    reservation.state, reservation.answered_at = state, timezone.now()
    reservation.save(update_fields=["state", "answered_at"])


def _tell(reservation: Reservation, answer: str, state: str) -> None:
    """Only somebody who asked from another node waits for word from us."""
    if not reservation.actor.is_ours and reservation.offer.is_ours:
        answer_join(reservation.offer, reservation.actor, _join_of(reservation), answer, state)


def _join_of(reservation: Reservation) -> dict[str, str]:
    person, offer = reservation.actor, reservation.offer
    return {"id": reservation.join_uri, "type": "Join", "actor": person.uri, "object": offer.uri}


def _ask_their_node(reservation: Reservation) -> None:
    """Send the Join; where the lender's own document was never read, read it first, outside this transaction."""
    offer, person = reservation.offer, reservation.actor
    if not offer.actor.inbox:
        waits = {"reservation": reservation.pk}
        errand("reservation.introduce", payload=waits, key=f"introduce-reservation:{reservation.pk}")
        return
    said = {"name": reservation.name, "participationMessage": reservation.message}
    said |= {"startTime": reservation.starts.isoformat(), "endTime": reservation.ends.isoformat()}
    kept = {key: text for key, text in said.items() if text}
    activity = say(person, "Join", offer.uri, [offer.actor.inbox], to=[offer.actor.uri], **kept)
    reservation.join_uri = activity.uri
    reservation.save(update_fields=["join_uri"])
    record("reservation.sent", reservation.uri, actor=person.uri)


@errand_kind("reservation.introduce", atomic=False)
def introduce(errand_row: Errand) -> None:
    """Ask the lender's server who they are, then send the Join that waited. Raises as `actors.fetch`."""
    waiting = Reservation.objects.filter(pk=errand_row.payload["reservation"], join_uri="", state=State.ASKED)
    reservation = waiting.select_related("offer__actor").first()
    if reservation is None:
        return
    actors.fetch(reservation.offer.actor.uri)
    with transaction.atomic():
        still = waiting.select_for_update(of=("self",)).select_related("offer__actor", "actor").first()
        if still is not None and still.offer.actor.inbox:
            _ask_their_node(still)


def _origin(actor: Actor) -> str:
    return "here" if actor.is_ours else "peer"
