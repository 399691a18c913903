"""The days and hours that are held: written by the action that gives them, under a lock on the offer's row."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from cop.lending.slots import slots_between
from cop.models import ReservedSlot

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from cop.models import Proposal, Reservation


def is_free(offer: Proposal, wanted: Sequence[dt.datetime]) -> bool:
    """Whether a copy is left in every one of these."""
    return _copies(offer, wanted) is not None


def hold(reservation: Reservation) -> bool:
    """Whether all of its time could be held; else nothing was. Raises IntegrityError without the lock, where another
    had the same at the same moment."""
    offer = reservation.offer
    wanted = slots_between(offer, reservation.starts, reservation.ends)
    copies = _copies(offer, wanted)
    if copies is None:
        return False
    ReservedSlot.objects.bulk_create(
        ReservedSlot(reservation=reservation, offer=offer, slot=slot, copy=copy)
        for slot, copy in zip(wanted, copies, strict=True)
    )
    return True


def free(reservation: Reservation) -> None:
    reservation.slots.all().delete()


def _copies(offer: Proposal, wanted: Sequence[dt.datetime]) -> list[int] | None:
    """The number of a free copy for each; None where there is none. Copies are alike, so that whoever has one for a
    week may be counted under another number each day: else it could be refused although one is free on every day."""
    held: dict[dt.datetime, set[int]] = defaultdict(set)
    for slot, copy in ReservedSlot.objects.filter(offer=offer, slot__in=wanted).values_list("slot", "copy"):
        held[slot].add(copy)
    most = offer.how_many or 0
    if any(len(held[slot]) >= most for slot in wanted):  # also where there are fewer than there were
        return None
    return [next(number for number in range(1, most + 1) if number not in held[slot]) for slot in wanted]
