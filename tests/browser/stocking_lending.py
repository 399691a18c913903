"""Things and rooms that are lent, for looking at their pages: asked for, out, declined, and by the hour."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from cop.actions import reservations as actions
from cop.actions.proposals import publish_proposal
from cop.lending.slots import DAY, midnight
from cop.models import Group, Proposal, Reservation
from federation import actors

if TYPE_CHECKING:
    from accounts.models import User
    from federation.models import Actor

LONDON = ZoneInfo("Europe/London")


def stock_lending(steward_user: User, member_user: User, group: Group) -> dict[str, str]:
    """The steward's group lends; the member borrows."""
    steward, member = actors.for_user(steward_user), actors.for_user(member_user)
    ladder = _lent(steward, group.actor, "A long ladder (demo)", how_many=2)
    room = _lent(
        steward, group.actor, "The back room by the hour (demo)", support="space", lent_by="hour", longest=8,
        lends_to="anyone",
    )  # fmt: skip
    _asked(member, ladder, 2, 4, message="For the gutter of number 12.")
    actions.hand_over(steward, actions.give(steward, _asked(member, ladder, 8, 12)))
    actions.decline(steward, _asked(member, ladder, 20, 21))
    evening = dt.datetime.combine(_day(3), dt.time(18), LONDON)
    actions.reserve(member, room, evening, evening + dt.timedelta(hours=2), name="Kwame (demo)")
    return {"ladder": ladder.public_id, "lent_room": room.public_id}


def _lent(author: Actor, speaker: Actor, title: str, **more: Any) -> Proposal:
    known: dict[str, Any] = {
        "summary": "Everything here is invented.",
        "language": "en",
        "shape": "lending",
        "support": "equipment",
        "lent_by": "day",
        "longest": 14,
        "how_many": 1,
        "lends_to": "ask",
        "terms": "Bring it back dry.",
        "time_zone": "Europe/London",
        "area": "Camden, London",
        "lat": 51.54,
        "lon": -0.14,
    }
    return publish_proposal(author, speaker, Proposal.Direction.OFFER, title=title, **(known | more))


def _asked(person: Actor, offer: Proposal, first: int, last: int, message: str = "") -> Reservation:
    starts, ends = midnight(_day(first), LONDON), midnight(_day(last) + DAY, LONDON)
    return actions.reserve(person, offer, starts, ends, name="Kwame (demo)", message=message)


def _day(ahead: int) -> dt.date:
    return timezone.now().astimezone(LONDON).date() + dt.timedelta(days=ahead)
