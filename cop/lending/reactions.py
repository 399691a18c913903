"""What follows for what is lent from what happens elsewhere."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from cop.actions.reservations import call_off, with_offer_locked
from cop.lending import free
from cop.models import Proposal, Reservation
from federation import audiences, publishing
from federation.models import AudienceKey
from journal import entry_of, periodic, reaction

if TYPE_CHECKING:
    from collections.abc import Iterable

    from federation.models import Actor
    from journal.models import Errand

DAILY = dt.timedelta(days=1)
KEPT = dt.timedelta(days=180)  # who borrowed what, once it is over
MOST_FORGOTTEN = 1000  # in one go
NOT_OUT = (Reservation.State.ASKED, Reservation.State.GIVEN)


@reaction("cop.show_what_is_taken", to=("reservation.given", "reservation.cancelled", "reservation.returned"))
def show_what_is_taken(errand: Errand) -> None:
    """Everybody reads in an offer of ours when none is left, and never who has it."""
    entry = entry_of(errand)
    reservation = Reservation.objects.filter(public_id=entry.uri.rpartition("/")[2]).first()
    if reservation is None:
        return
    offer = Proposal.objects.select_for_update().get(pk=reservation.offer_id)
    if offer.is_ours and offer.withdrawn_at is None:
        taken = free.to_keep(free.taken_of(offer, timezone.now()))
        publishing.change(offer, offer.direction, by=offer.actor, speaks=False, taken=taken)


@reaction("cop.end_reservations", to="offer.withdrawn")
def end_reservations(errand: Errand) -> None:
    """What is no longer lent is reserved for nobody; what is out is still to come back."""
    entry = entry_of(errand)
    offered = Reservation.objects.filter(offer__uri=entry.uri)
    offer = Proposal.objects.select_related("actor").filter(uri=entry.uri, withdrawn_at__isnull=False).first()
    if offer is not None:
        _call_off(offered, by=offer.actor)


@reaction("cop.forget_borrower", to="actor.gone")
def forget_borrower(errand: Errand) -> None:
    """Whoever closed their account elsewhere borrows nothing more: what they had reserved is free for others. What they
    told lenders goes; the name of whoever has something in hand, once it is back."""
    theirs = Reservation.objects.filter(actor__uri=entry_of(errand).uri)
    _call_off(theirs)
    theirs.update(message="")
    theirs.exclude(state=Reservation.State.OUT).update(name="")


@reaction("cop.free_reserved", to=("group.left", "group.member_removed", "group.membership_ended"))
def free_reserved(errand: Errand) -> None:
    """Whoever is no longer in a group does not borrow what it lends to its members, unless they came back meanwhile."""
    entry = entry_of(errand)
    audience = audiences.of_group(entry.uri)
    if not AudienceKey.objects.filter(actor__uri=entry.actor, audience=audience).exists():
        _call_off(Reservation.objects.filter(actor__uri=entry.actor, offer__audience=audience))


def _call_off(found: Iterable[Reservation], *, by: Actor | None = None) -> None:
    """By the lender, else by whoever reserved."""
    waiting = found.filter(state__in=NOT_OUT, ends__gt=timezone.now())  # type: ignore[attr-defined]
    for each in waiting.select_related("offer__actor", "actor").order_by("offer", "pk"):
        with transaction.atomic():
            reservation = with_offer_locked(each)
            if reservation.state in NOT_OUT:
                call_off(reservation, by or reservation.actor)


@periodic("cop.forget_reservations", every=DAILY)
def forget_reservations(errand: Errand) -> None:
    """Who borrowed what is nobody's business half a year later."""
    over = Reservation.objects.filter(ends__lt=timezone.now() - KEPT).exclude(state=Reservation.State.OUT)
    Reservation.objects.filter(pk__in=list(over.order_by("pk").values_list("pk", flat=True)[:MOST_FORGOTTEN])).delete()
