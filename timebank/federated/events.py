"""How a transfer between two banks travels: FEP-0837's Offer of an EconomicEvent, its Accept or Reject, and its Undo.

The speaker is always the group whose bank it is, and who hears it the other bank's group alone. Every message holds all
that its side knows of the transfer, so that what is lost, late or said twice can be said again at any time.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from federation import identity
from federation.outbound.say import say
from federation.reader import BadField, Reader
from federation.values import write_instant
from timebank.models import MOST_MINUTES, Clearing, Transfer
from timebank.models.transfers import GIVER, LONGEST_THANKS, LONGEST_WORDS, RECEIVER

if TYPE_CHECKING:
    from decimal import Decimal

    from federation.models import Activity

Json = dict[str, Any]
State = Transfer.State

MINUTE, HOUR = "minute", "hour"
MINUTES_IN = {MINUTE: 1, HOUR: 60}
NO_LONGER_AGO = dt.timedelta(days=3_660)


@dataclass(frozen=True)
class Told:
    """A transfer that somebody at the other bank proposes, read and bounded. `ours` is the address of our side."""

    uri: str
    ours: str
    theirs: str
    their_name: str
    proposed_by: str
    minutes: int
    words: str
    done_on: dt.date


@dataclass(frozen=True)
class Answer:
    """What the other bank says to a proposal of ours."""

    state: str
    name: str
    thanks: str


# Saying


def offer(transfer: Transfer) -> None:
    """Propose it to the other bank, or ask again: it is the same transfer. Inside a transaction."""
    activity = _say(transfer, "Offer", document(transfer))
    Transfer.objects.filter(pk=transfer.pk).update(offered_in=activity.uri)


def ask_back(transfer: Transfer) -> None:
    """Ask for a proposal of ours back; it says all of it, for a bank that has not heard it yet."""
    _say(transfer, "Undo", _proposal(transfer, _actor_uri(transfer), document(transfer)))


def answer(transfer: Transfer) -> None:
    """What has become of a proposal of theirs. Safe to say again."""
    type_ = "Accept" if transfer.state == State.CONFIRMED else "Reject"
    about = {"id": transfer.uri, "type": "EconomicEvent"}
    proposal = _proposal(transfer, _clearing(transfer).actor.uri, about)
    _say(transfer, type_, proposal, result=document(transfer))


def tell_thanks(transfer: Transfer) -> None:
    _say(transfer, "Update", document(transfer))


def document(transfer: Transfer) -> Json:
    """A transfer as the other bank may have it: of our people only the address and the name of this account."""
    clearing = _clearing(transfer)
    ours = _our_side(transfer)
    sides = {GIVER: transfer.other_uri, RECEIVER: transfer.other_uri}
    if ours is not None:
        sides[GIVER if transfer.giver_id == ours.pk else RECEIVER] = ours.uri
    doc = {
        "id": transfer.uri,
        "type": "EconomicEvent",
        "action": "deliverService",
        "attributedTo": clearing.bank.actor.uri,
        "inScopeOf": clearing.bank.uri,
        "peerBank": clearing.peer,
        "provider": sides[GIVER] if ours is not None else None,
        "receiver": sides[RECEIVER] if ours is not None else None,
        "signed": ours.name if ours is not None else None,
        "name": transfer.words,
        "resourceQuantity": quantity(transfer.minutes),
        "startDate": transfer.done_on.isoformat(),
        "state": transfer.state,
        "thanks": transfer.thanks,
        "published": write_instant(transfer.made_at),
    }
    return {name: value for name, value in doc.items() if value not in (None, "")}


def quantity(minutes: int) -> Json:
    return {"hasUnit": MINUTE, "hasNumericalValue": str(minutes)}


def _say(transfer: Transfer, type_: str, obj: Json, **extra: Any) -> Activity:
    """To the other bank's group and nobody else; a later word about it waits for an earlier one."""
    clearing = _clearing(transfer)
    there = clearing.actor
    return say(clearing.bank.actor, type_, obj, [there.inbox], to=[there.uri], about=transfer.uri, **extra)


def _proposal(transfer: Transfer, proposer: str, event: Json) -> Json:
    return {"id": transfer.offered_in or transfer.uri, "type": "Offer", "actor": proposer, "object": event}


def _actor_uri(transfer: Transfer) -> str:
    return str(_clearing(transfer).bank.actor.uri)


def _clearing(transfer: Transfer) -> Clearing:
    assert transfer.clearing is not None  # what is within one bank is said to nobody
    return transfer.clearing


def _our_side(transfer: Transfer) -> Any:
    """Our member's account; None where a proposal was answered without one."""
    sides = (transfer.giver, transfer.receiver)
    return next((each for each in sides if each is not None and not each.is_clearing), None)


# Hearing


def read_offer(read: Reader, clearing: Clearing) -> Told:
    """Of two accounts one must be here and one there; whose word it is, is known by the signature. Raises BadField."""
    uri = identity.fits("object.id", read.uri("id", required=True))
    origin = identity.origin_of(clearing.actor.uri)
    if not identity.is_at(uri, origin):
        raise BadField("object.id", uri, f"an address on {origin}")
    provider = identity.fits("object.provider", read.uri("provider", required=True))
    receiver = identity.fits("object.receiver", read.uri("receiver", required=True))
    for ours, theirs, side in ((provider, receiver, RECEIVER), (receiver, provider, GIVER)):
        if identity.is_ours(ours) and identity.is_at(theirs, origin):
            return Told(
                uri=uri,
                ours=ours,
                theirs=theirs,
                their_name=read.text("signed", 120),
                proposed_by=side,
                minutes=read_minutes(read),
                words=read.text("name", LONGEST_WORDS, required=True),
                done_on=_read_day(read),
            )
    raise BadField("object.provider", provider, f"an account here and one on {origin}")


def read_answer(read: Reader | None, verb: str) -> Answer:
    """The `result` of an Accept or Reject; without one, the word is all there is. Raises BadField."""
    read = read or Reader({}, "result")
    allowed = [State.CONFIRMED.value] if verb == "Accept" else [State.DECLINED.value, State.WITHDRAWN.value]
    state = read.choice("state", allowed, allowed[0])
    return Answer(state, read.text("signed", 120), read_thanks(read))


def read_thanks(read: Reader) -> str:
    return read.text("thanks", LONGEST_THANKS, lines=True)


def read_minutes(read: Reader, name: str = "resourceQuantity", most: int = MOST_MINUTES) -> int:
    """Whole minutes, from minutes or hours. Raises BadField."""
    told = read.child(name)
    if told is None:
        raise BadField(f"{read.path}.{name}", read.data.get(name), "a quantity of minutes or hours")
    unit = told.choice("hasUnit", MINUTES_IN)
    number: Decimal | None = told.decimal("hasNumericalValue", 0, most)
    minutes = (number or 0) * MINUTES_IN[unit]
    if minutes != int(minutes) or not 1 <= minutes <= most:
        raise BadField(
            f"{told.path}.hasNumericalValue", told.data.get("hasNumericalValue"), f"1 to {most} whole minutes"
        )
    return int(minutes)


def _read_day(read: Reader) -> dt.date:
    today = timezone.now().date()
    day = read.day("startDate") or today
    if not today - NO_LONGER_AGO <= day <= today + dt.timedelta(days=2):  # it may be tomorrow there already
        raise BadField("object.startDate", day.isoformat(), "a day of the last ten years")
    return day
