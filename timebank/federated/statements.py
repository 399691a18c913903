"""How one bank stands with another, as it says it: its half of the agreement, and what it has booked between the two.

One message holds all of it. The half has a version that grows; of statements the later one counts.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.utils import timezone

from federation import identity
from federation.outbound.say import say
from federation.reader import BadField
from federation.values import write_instant
from timebank.federated.events import MINUTE, quantity
from timebank.models import LARGEST_LIMIT, MOST_MINUTES, Clearing, Transfer
from timebank.models.transfers import GIVER

if TYPE_CHECKING:
    from federation.reader import Reader

Json = dict[str, Any]
State = Transfer.State

MOST_BOOKED, MOST_WAITING = 100, 100  # of what is listed: the newest that are booked, the oldest that wait
MOST_SUM = 10**9  # minutes
LISTED = {State.CONFIRMED.value, State.PROPOSED.value}
OPEN, CLOSED = "open", "closed"


@dataclass(frozen=True)
class Statement:
    """What the other bank says, read and bounded."""

    name: str
    version: int
    is_said: bool
    cap: int
    at: dt.datetime
    booked: int
    balance: int
    waiting: int
    listed: list[Json] = field(default_factory=list)
    wants_ours: bool = False


def tell(clearing: Clearing, *, wants_theirs: bool = False) -> None:
    """Our half and our statement, to the other bank's group alone. Inside a transaction; safe to say again."""
    clearing.said_at = timezone.now()
    clearing.save(update_fields=["said_at"])
    there = clearing.actor
    doc = document(clearing) | ({"wanted": True} if wants_theirs else {})
    say(clearing.bank.actor, "Update", doc, [there.inbox], to=[there.uri])


def document(clearing: Clearing) -> Json:
    rows = Transfer.objects.filter(clearing=clearing)
    counted = rows.aggregate(
        booked=Count("pk", filter=Q(state=State.CONFIRMED)), waiting=Count("pk", filter=Q(state=State.PROPOSED))
    )
    booked = list(rows.filter(state=State.CONFIRMED).order_by("-settled_at", "-pk")[:MOST_BOOKED])
    waiting = list(rows.filter(state=State.PROPOSED).order_by("pk")[:MOST_WAITING])
    return {
        "id": f"{clearing.bank.uri}#clearing-{clearing.public_id}",
        "type": "Clearing",
        "attributedTo": clearing.bank.actor.uri,
        "inScopeOf": clearing.bank.uri,
        "peerBank": clearing.peer,
        "name": clearing.bank.name,
        "version": clearing.version,
        "state": OPEN if clearing.is_said else CLOSED,
        "cap": quantity(clearing.cap),
        "updated": write_instant(clearing.said_at or timezone.now()),
        "booked": counted["booked"],
        "waiting": counted["waiting"],
        "balance": quantity(clearing.account.balance),
        "transfers": [_line(each, clearing) for each in (*booked, *waiting)],
    }


def signed_minutes(transfer: Transfer, clearing: Clearing) -> int:
    """What it is, or would be, in the account that we keep for the other bank. No query."""
    given_there = transfer.proposed_by == GIVER if not transfer.was_proposed_here else transfer.proposed_by != GIVER
    if transfer.giver_id is not None:
        given_there = transfer.giver_id == clearing.account_id
    return transfer.minutes if given_there else -transfer.minutes


def _line(transfer: Transfer, clearing: Clearing) -> Json:
    minutes = signed_minutes(transfer, clearing)
    return {"id": transfer.uri, "type": "EconomicEvent", "state": transfer.state, "resourceQuantity": quantity(minutes)}


def read_statement(read: Reader) -> Statement:
    """Raises BadField. What is listed and is no transfer is passed over: the sums are told all the same."""
    version = read.integer("version", 0)
    if version is None:
        raise BadField("object.version", None, "a whole number")
    now = timezone.now()
    at = read.instant("updated") or now
    listed = [_read_line(each) for each in read.children("transfers")]
    return Statement(
        name=read.text("name", 120),
        version=version,
        is_said=read.choice("state", [OPEN, CLOSED]) == OPEN,
        cap=_minutes(read, "cap", 0, LARGEST_LIMIT),
        at=min(at, now),  # a clock that is ahead would have them heard no more
        booked=read.integer("booked", 0, MOST_SUM) or 0,
        balance=_minutes(read, "balance", -MOST_SUM, MOST_SUM),
        waiting=read.integer("waiting", 0, MOST_SUM) or 0,
        listed=[each for each in listed if each["state"] in LISTED],
        wants_ours=read.boolean("wanted"),
    )


def _read_line(read: Reader) -> Json:
    uri = identity.fits(f"{read.path}.id", read.uri("id", required=True))
    minutes = _minutes(read, "resourceQuantity", -MOST_MINUTES, MOST_MINUTES)
    return {"uri": uri, "minutes": minutes, "state": read.choice("state", State.values)}


def _minutes(read: Reader, name: str, low: int, high: int) -> int:
    told = read.child(name)
    if told is None:
        raise BadField(f"{read.path}.{name}", read.data.get(name), "a quantity of minutes")
    told.choice("hasUnit", [MINUTE])
    number = told.decimal("hasNumericalValue", low, high)
    if number is None or number != int(number):
        raise BadField(f"{told.path}.hasNumericalValue", told.data.get("hasNumericalValue"), "whole minutes")
    return int(number)
