"""Saying that time was given, answering that, taking it back, and thanking. Only the two people concerned do these.

Between two nodes nobody is booked before both have said yes: whoever proposes has the room held, on their own account
and on that between the two banks, and only the answer of the other node ends that (`timebank.actions.between`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from cop.access import NotAllowed
from federation import identity, moderation, restrictions
from federation.publishing import given_before
from journal import record
from timebank.access import is_in_group
from timebank.actions import booking
from timebank.federated import events
from timebank.models import Account, Bank, Clearing, Transfer
from timebank.models.transfers import GIVER

if TYPE_CHECKING:
    from federation.models import Actor

State = Transfer.State

MOST_PROPOSED = 100  # by one person in a day


class NotPossible(ValueError):
    """As it stands now, that cannot be done: somebody has done something meanwhile."""


class CannotBeAsked(ValueError):
    """They have no account there that can be asked, or the two keep apart."""


class TooMany(ValueError):
    """More in a day than somebody can have done."""


@dataclass(frozen=True)
class Elsewhere:
    """An account at a bank with which there is clearing, by its address."""

    clearing: Clearing
    uri: str


@dataclass(frozen=True)
class Said:
    """What whoever proposes says of it; `side` is theirs, GIVER or RECEIVER."""

    side: str
    minutes: int
    words: str
    done_on: dt.date


def propose(person: Actor, account: Account, other: Account | Elsewhere, said: Said, *, once: str = "") -> Transfer:
    """Say to the other of the two that one gave the other time. A form that is sent again gives the same.

    Raises NotAllowed, NotPossible, CannotBeAsked, TooMany, booking.BeyondLimit, moderation.Suspended.
    """
    with transaction.atomic():
        _require_active(person, account)
        _require_askable(person, account, other)
        public_id = identity.new_public_id()
        uri = identity.new_uri("timebank/transfers", public_id)
        before = given_before(Transfer, person, once, uri)
        if before is not None:
            return before
        _check_pace(account)
        clearing = _still_open(other.clearing) if isinstance(other, Elsewhere) else None
        theirs = clearing.account_id if clearing is not None else other.pk  # type: ignore[union-attr]
        pair = booking.lock(*((account.pk, theirs) if said.side == GIVER else (theirs, account.pk)))
        if not (pair.giver.is_open and pair.receiver.is_open):
            raise CannotBeAsked("one of the two accounts was closed just now")
        _require_own_room(pair, said, across=clearing is not None)
        transfer = Transfer.objects.create(
            uri=uri,
            public_id=public_id,
            bank_id=account.bank_id,
            giver=pair.giver,
            receiver=pair.receiver,
            clearing=clearing,
            other_uri=other.uri if clearing is not None else "",
            minutes=said.minutes,
            words=said.words,
            done_on=said.done_on,
            proposed_by=said.side,
        )
        if clearing is not None:
            events.offer(transfer)
        record("transfer.proposed", uri, actor=person.uri)
    return transfer


def confirm(person: Actor, transfer: Transfer) -> Transfer:
    """Yes: it is booked now, on both accounts. Raises NotAllowed, NotPossible, booking.BeyondLimit."""
    with transaction.atomic():
        transfer = _held(transfer)
        _require_asked(person, transfer)
        if not transfer.is_across and transfer.bank.withdrawn_at is not None:
            raise NotPossible("the bank has closed")
        booking.book(booking.lock(_id(transfer.giver_id), _id(transfer.receiver_id)), transfer)
        return _answered(transfer, State.CONFIRMED, person)


def decline(person: Actor, transfer: Transfer) -> Transfer:
    """No; nothing is booked, and nobody is asked why. Raises NotAllowed, NotPossible."""
    with transaction.atomic():
        transfer = _held(transfer)
        _require_asked(person, transfer)
        return _answered(transfer, State.DECLINED, person)


def take_back(person: Actor, transfer: Transfer) -> Transfer:
    """What one has proposed and the other has not answered. At a bank elsewhere it is only asked for: had they said yes
    by then, it is booked. Raises NotAllowed, NotPossible."""
    with transaction.atomic():
        transfer = _held(transfer)
        if transfer.proposer is None or transfer.proposer.actor_id != person.pk:
            raise NotAllowed("only whoever proposed it can take it back")
        if not transfer.is_waiting:
            raise NotPossible(f"it is {transfer.state}")
        _take_back(transfer, person.uri)
    return transfer


def thank(person: Actor, transfer: Transfer, words: str) -> Transfer:
    """Words of whoever received the time. Raises NotAllowed, NotPossible."""
    with transaction.atomic():
        transfer = _held(transfer)
        if transfer.receiver is None or transfer.receiver.actor_id != person.pk:
            raise NotAllowed("only whoever received the time gives thanks for it")
        if transfer.state != State.CONFIRMED:
            raise NotPossible("it is not confirmed")
        moderation.require_not_suspended(person)
        if not transfer.thanks:  # who changes them is not heard of each time
            record("transfer.thanked", transfer.uri, actor=person.uri)
        transfer.thanks = words
        transfer.save(update_fields=["thanks"])
        if transfer.is_across:
            events.tell_thanks(transfer)
    return transfer


def give_up(transfer: Transfer, account: Account) -> None:
    """What waits for, or was proposed by, somebody who is gone. Inside a transaction."""
    transfer = _held(transfer)
    if not transfer.is_waiting:
        return
    who = account.actor.uri if account.actor is not None else ""
    if transfer.asked is not None and transfer.asked.pk == account.pk:
        settle(transfer, State.DECLINED, actor=who)
        if transfer.is_across:
            events.answer(transfer)
    else:
        _take_back(transfer, who)


def settle(transfer: Transfer, state: str, *, actor: str, origin: str = "here") -> None:
    """How it ended; inside the transaction in which that happens."""
    transfer.state, transfer.settled_at = state, timezone.now()
    transfer.save(update_fields=["state", "settled_at", "other_name"])
    record(HAPPENED[state], transfer.uri, actor=actor, origin=origin)


HAPPENED = {
    State.CONFIRMED: "transfer.confirmed",
    State.DECLINED: "transfer.declined",
    State.WITHDRAWN: "transfer.withdrawn",
}


def _answered(transfer: Transfer, state: State, person: Actor) -> Transfer:
    settle(transfer, state, actor=person.uri)
    if transfer.is_across:
        events.answer(transfer)
    return transfer


def _take_back(transfer: Transfer, who: str) -> None:
    if not transfer.is_across:
        settle(transfer, State.WITHDRAWN, actor=who)
    elif transfer.asked_back_at is None:
        transfer.asked_back_at = timezone.now()
        transfer.save(update_fields=["asked_back_at"])
        record("transfer.asked_back", transfer.uri, actor=who)
        events.ask_back(transfer)


def _held(transfer: Transfer) -> Transfer:
    """As it is now, locked until the action ends."""
    rows = Transfer.objects.select_for_update(of=("self",))
    return rows.select_related("giver__actor", "receiver__actor", "bank__actor", "clearing__actor").get(pk=transfer.pk)


def _require_asked(person: Actor, transfer: Transfer) -> None:
    asked = transfer.asked
    if asked is None or asked.actor_id != person.pk:
        raise NotAllowed("only whoever was asked can answer")
    if not transfer.is_waiting:
        raise NotPossible(f"it is {transfer.state}")
    moderation.require_not_suspended(person)


def _require_active(person: Actor, account: Account) -> None:
    if account.actor_id != person.pk or not account.is_open:
        raise NotAllowed("only whose account it is can use it")
    if Bank.objects.filter(pk=account.bank_id, withdrawn_at__isnull=False).exists():
        raise NotPossible("the bank has closed")
    if not is_in_group(person, account.bank):
        raise NotAllowed("the bank is for the members of its group")
    moderation.require_not_suspended(account.bank.actor, person)


def _require_askable(person: Actor, account: Account, other: Account | Elsewhere) -> None:
    if isinstance(other, Elsewhere):
        clearing = other.clearing
        behind, there = clearing.actor, identity.is_at(other.uri, identity.origin_of(clearing.peer))
        fits = clearing.bank_id == account.bank_id and clearing.is_open and there and _is_reachable(behind)
    else:
        behind = other.actor  # type: ignore[assignment]
        fits = other.bank_id == account.bank_id and other.pk != account.pk and other.is_open and not other.is_clearing
        fits = fits and behind is not None and is_in_group(behind, account.bank)
    if not fits or restrictions.keep_apart(person, behind):
        raise CannotBeAsked("they cannot be asked")


def _still_open(clearing: Clearing) -> Clearing:
    """Held, so that it is not ended meanwhile."""
    held = Clearing.objects.select_for_update().get(pk=clearing.pk)
    if not held.is_open:
        raise CannotBeAsked("clearing has ended")
    return held


def _is_reachable(actor: Actor) -> bool:
    return actor.node is not None and actor.node.blocked_at is None and not restrictions.is_suspended(actor)


def _require_own_room(pair: booking.Pair, said: Said, *, across: bool) -> None:
    """Across, room is held on both. Within a bank only the proposer's is looked at: how the other's account stands is
    told to nobody before they answer."""
    if across:
        booking.keep_back(pair, said.minutes)
        return
    mine = pair.giver if said.side == GIVER else pair.receiver
    room = booking.room_to_give(mine) if said.side == GIVER else booking.room_to_receive(mine)
    if said.minutes > room:
        raise booking.BeyondLimit(mine, max(room, 0))


def _check_pace(account: Account) -> None:
    since = timezone.now() - dt.timedelta(days=1)
    given = Transfer.objects.filter(giver=account, proposed_by=GIVER, made_at__gte=since).count()
    received = Transfer.objects.filter(receiver=account, made_at__gte=since).exclude(proposed_by=GIVER).count()
    if given + received >= MOST_PROPOSED:
        raise TooMany(f"{MOST_PROPOSED} in a day")


def _id(key: int | None) -> int:
    assert key is not None  # of what waits, both accounts are known (`transfer_has_two_sides`)
    return key
