"""What stands in the way of a reservation, wherever it is asked for: here, or by a Join from another node."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils import timezone

from cop.lending import free, holding, slots
from cop.models import Proposal, Reservation
from federation import restrictions

if TYPE_CHECKING:
    from federation.models import Actor

AHEAD = dt.timedelta(days=366)  # that somebody can reserve
MOST_WAITING = 10  # requests of one person that nobody has answered
MOST_IN_A_DAY = 30  # of one person, whatever became of them
MOST_FROM_A_STRANGER = 5  # in a day, of all on one node that is no neighbour
DAY = dt.timedelta(days=1)


class CannotReserve(ValueError):
    """It cannot be had, or not then; `reason` is one of the words below, which also travel."""

    GONE = "gone"
    OWN = "own"
    DECLINED = "declined"
    NOT_WHOLE = "not-whole"
    PAST = "past"
    TOO_LONG = "too-long"
    TOO_FAR = "too-far"
    NOT_THEN = "not-then"
    ALREADY = "already"
    TAKEN = "taken"
    TOO_MANY = "too-many"
    REASONS = (GONE, OWN, DECLINED, NOT_WHOLE, PAST, TOO_LONG, TOO_FAR, NOT_THEN, ALREADY, TAKEN, TOO_MANY)

    def __init__(self, reason: str, held: Reservation | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.held = held


def require_reservable(person: Actor, offer: Proposal, starts: dt.datetime, ends: dt.datetime) -> None:
    """Raises CannotReserve unless this person can have it then, as things stand; the offer's row is locked."""
    _require_lent_to(person, offer)
    _require_free(person, offer, starts, ends, _wanted(offer, starts, ends))


def _require_lent_to(person: Actor, offer: Proposal) -> None:
    if not offer.is_lent or not Proposal.objects.visible_to(person).filter(pk=offer.pk).exists():
        raise CannotReserve(CannotReserve.GONE)
    if person.pk in (offer.actor_id, offer.author_id):
        raise CannotReserve(CannotReserve.OWN)
    behind = [offer.actor, *([offer.author] if offer.author is not None else [])]
    apart = restrictions.is_suspended(person) or any(restrictions.keep_apart(person, each) for each in behind)
    if offer.is_ours and apart:
        raise CannotReserve(CannotReserve.DECLINED)  # as everybody who is not lent to: nobody learns of a block


def _wanted(offer: Proposal, starts: dt.datetime, ends: dt.datetime) -> list[dt.datetime]:
    """Whole days or hours that lie ahead, no more than the lender lends for, while the offer lasts."""
    now = timezone.now()
    if ends <= starts:
        raise CannotReserve(CannotReserve.NOT_WHOLE)
    if ends > now + AHEAD:
        raise CannotReserve(CannotReserve.TOO_FAR)
    if ends - starts > slots.most_time(offer):
        raise CannotReserve(CannotReserve.TOO_LONG)
    try:
        wanted = slots.slots_between(offer, starts, ends)
    except slots.NotWhole as no:
        raise CannotReserve(CannotReserve.NOT_WHOLE) from no
    if len(wanted) > (offer.longest or 0):
        raise CannotReserve(CannotReserve.TOO_LONG)
    if slots.last_moment_of(offer, wanted[0]) <= now:
        raise CannotReserve(CannotReserve.PAST)
    before = offer.starts is not None and slots.last_moment_of(offer, wanted[0]) <= offer.starts
    if before or (offer.until is not None and wanted[-1] >= offer.until):
        raise CannotReserve(CannotReserve.NOT_THEN)
    return wanted


def _require_free(
    person: Actor, offer: Proposal, starts: dt.datetime, ends: dt.datetime, wanted: list[dt.datetime]
) -> None:
    now = timezone.now()
    mine = Reservation.objects.filter(actor=person)
    held = mine.filter(offer=offer, state__in=Reservation.OPEN, starts__lt=ends, ends__gt=starts).first()
    if held is not None:
        raise CannotReserve(CannotReserve.ALREADY, held)
    if mine.filter(state=Reservation.State.ASKED, ends__gt=now).count() >= MOST_WAITING:
        raise CannotReserve(CannotReserve.TOO_MANY)
    lately = Reservation.objects.filter(asked_at__gt=now - DAY)
    strangers = person.node if person.node is not None and not person.node.is_neighbour else None
    of_one = lately.filter(actor=person).count()
    if of_one >= MOST_IN_A_DAY or (
        strangers is not None and lately.filter(actor__node=strangers).count() >= MOST_FROM_A_STRANGER
    ):
        raise CannotReserve(CannotReserve.TOO_MANY)
    if offer.is_ours:
        if not holding.is_free(offer, wanted):
            raise CannotReserve(CannotReserve.TAKEN)
    elif any(slots.is_within(slot, free.told(offer)) for slot in wanted):
        raise CannotReserve(CannotReserve.TAKEN)
