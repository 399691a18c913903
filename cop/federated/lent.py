"""What is to lend, as properties of its Proposal. `transactionType` is Murmurations' `transaction_type` (offers and
wants, v0.1.0); `taken` says when none is left, and never who has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from accounts import zones
from cop.lending import free
from cop.lending.slots import merged
from cop.models import Proposal

if TYPE_CHECKING:
    from federation.reader import Reader

Json = dict[str, Any]

LENDING = "borrow-lend"
WHOLE = (Proposal.LentBy.DAY, Proposal.LentBy.HOUR)


def to_wire(proposal: Proposal) -> Json:
    if not proposal.is_lent:
        return {}
    return {
        "transactionType": LENDING,
        "lentBy": proposal.lent_by,
        "longest": proposal.longest,
        "howMany": proposal.how_many,
        "lendsTo": proposal.lends_to,
        "terms": proposal.terms,
        "timezone": proposal.time_zone,
        "taken": [{"startTime": starts, "endTime": ends} for starts, ends in proposal.taken],
    }


def from_wire(read: Reader, support: str) -> Json | None:
    """The columns; None where it cannot be reserved from here, as its days begin nobody knows when, or it is neither
    a thing nor a room."""
    zone = read.text("timezone", 64)
    lent_by = read.text("lentBy", 10)
    if lent_by not in WHOLE or zone not in zones.known():
        return None
    if support not in {Proposal.Support.SPACE, Proposal.Support.EQUIPMENT}:
        return None
    return {
        "lent_by": lent_by,
        "longest": read.integer("longest", 1, Proposal.MOST_UNITS) or Proposal.USUAL_UNITS[lent_by],
        "how_many": read.integer("howMany", 1, Proposal.MOST_COPIES) or 1,
        "lends_to": read.choice("lendsTo", [each for each in Proposal.LendsTo.values if each], Proposal.LendsTo.ASK),
        "terms": read.text("terms", 1000, lines=True),
        "time_zone": zone,
        "taken": _taken(read),
    }


def nothing() -> Json:
    """The columns of everything that is not lent."""
    words: Json = dict.fromkeys(("lent_by", "lends_to", "terms", "time_zone"), "")
    return words | {"longest": None, "how_many": None, "taken": []}


def _taken(read: Reader) -> list[list[str]]:
    """In order, and without what is over; a stretch that ends before it begins says nothing."""
    found = []
    for each in read.children("taken", free.MOST_TOLD):
        starts, ends = each.instant("startTime"), each.instant("endTime")
        if starts and ends and starts < ends and ends > timezone.now():
            found.append((starts, ends))
    return free.to_keep(merged(found))
