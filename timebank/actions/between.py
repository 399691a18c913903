"""What the other bank says of a transfer. Inside the transaction of its receipt; returns the outcome in a few words.

Whoever proposed holds the room until an answer comes, and nothing else ends that, as long as there is somebody who can
answer. Whoever was asked decides once, and says the same to whatever is asked again. So both end in one state, whatever
is lost, late or repeated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from federation import identity, restrictions
from journal import record
from timebank.access import is_in_group
from timebank.actions import booking
from timebank.actions.transfers import settle
from timebank.federated import events
from timebank.models import Account, Clearing, Transfer
from timebank.models.transfers import GIVER

if TYPE_CHECKING:
    from federation.models import Actor

State = Transfer.State


class Contradicts(ValueError):
    """It cannot follow from what was said before."""


def hear_offer(told: events.Told, clearing: Clearing, *, offered_in: str) -> str:
    """Somebody there proposes a transfer to somebody here, who is told and decides. Whom they cannot ask is a no, and
    remembered as one: what is held there must not wait for ever, and the same must never be answered otherwise."""
    account = _account_of(told.ours, clearing)
    if account is None or not clearing.is_open or not _may_ask(clearing.actor, account):
        transfer = _remember(told, clearing, State.DECLINED, offered_in)
        events.answer(transfer)
        return "transfer: declined"
    mine, theirs = account, clearing.account
    giver, receiver = (theirs, mine) if told.proposed_by == GIVER else (mine, theirs)
    transfer = Transfer.objects.create(giver=giver, receiver=receiver, **_columns(told, clearing, offered_in))
    record("transfer.proposed", transfer.uri, actor=clearing.actor.uri, origin="peer")
    return "transfer: proposed"


def hear_offer_again(transfer: Transfer, told: events.Told, *, offered_in: str) -> str:
    """The same proposal: what was said to it is said again. Raises Contradicts where it is another one by its name."""
    if (transfer.minutes, transfer.proposed_by, transfer.other_uri) != (told.minutes, told.proposed_by, told.theirs):
        raise Contradicts("expected the transfer as it was proposed first")
    transfer.offered_in = offered_in
    transfer.save(update_fields=["offered_in"])
    return _say_again(transfer)


def hear_undo(transfer: Transfer) -> str:
    """They ask for their proposal back: granted where nobody here has answered it, and else the answer stands."""
    if transfer.is_waiting:
        settle(transfer, State.WITHDRAWN, actor=_who(transfer), origin="peer")
    return _say_again(transfer)


def hear_undo_first(told: events.Told, clearing: Clearing, *, offered_in: str) -> str:
    """They take back what has not come yet: when it comes, it has been taken back."""
    events.answer(_remember(told, clearing, State.WITHDRAWN, offered_in))
    return "transfer: withdrawn"


def hear_answer(transfer: Transfer, said: events.Answer) -> str:
    """Their yes or no to a proposal of ours. What was held for it is booked, or free again. Raises Contradicts."""
    if not transfer.is_waiting:
        if transfer.state != said.state:
            raise Contradicts(f"it is {transfer.state} already")
        return f"transfer: {transfer.state} already"
    assert transfer.giver_id is not None and transfer.receiver_id is not None
    pair = booking.lock(transfer.giver_id, transfer.receiver_id)
    transfer.other_name = said.name or transfer.other_name
    if said.state == State.CONFIRMED:
        booking.book_held(pair, transfer)
    else:
        booking.let_go(pair, transfer.minutes)
    settle(transfer, said.state, actor=_who(transfer), origin="peer")
    if said.thanks:
        hear_thanks(transfer, said.thanks)
    return f"transfer: {transfer.state}"


def hear_thanks(transfer: Transfer, words: str) -> str:
    """Of whoever received the time there. Raises Contradicts."""
    if transfer.state != State.CONFIRMED or transfer.receiver is None or not transfer.receiver.is_clearing:
        raise Contradicts("expected a confirmed transfer to somebody of yours")
    if words and not transfer.thanks:  # once: whoever changes them without end is not heard of each time
        record("transfer.thanked", transfer.uri, actor=_who(transfer), origin="peer")
    if transfer.thanks != words:
        transfer.thanks = words
        transfer.save(update_fields=["thanks"])
    return "transfer: thanks"


def say_again_what_waits_there(clearing: Clearing, uris: list[str]) -> int:
    """Of proposals of theirs that they still wait for, those that were answered; returns how many."""
    answered = Transfer.objects.filter(clearing=clearing, uri__in=uris).exclude(state=State.PROPOSED)
    rows = [each for each in _across(answered) if not each.was_proposed_here]
    for transfer in rows:
        events.answer(transfer)
    return len(rows)


def ask_again(clearing: Clearing, *, most: int) -> int:
    """Every proposal of ours that has no answer, the oldest first, as it was asked last; returns how many."""
    ours = Transfer.objects.filter(clearing=clearing, state=State.PROPOSED, uri__startswith=f"{settings.ORIGIN}/")
    rows = list(_across(ours).order_by("pk")[:most])
    for transfer in rows:
        events.ask_back(transfer) if transfer.asked_back_at else events.offer(transfer)
    return len(rows)


def nobody_answers(clearing: Clearing) -> int:
    """The group of the other bank is gone for good: what was held for its word is free, and what it asked needs no
    answer. Inside a transaction; returns how many waited."""
    waiting = Transfer.objects.select_for_update(of=("self",)).filter(clearing=clearing, state=State.PROPOSED)
    rows = list(_across(waiting).order_by("pk"))
    for transfer in rows:
        if transfer.was_proposed_here:
            booking.let_go(booking.lock(transfer.giver_id, transfer.receiver_id), transfer.minutes)
        settle(transfer, State.WITHDRAWN if transfer.was_proposed_here else State.DECLINED, actor=_who(transfer))
    return len(rows)


def _say_again(transfer: Transfer) -> str:
    if not transfer.is_waiting:
        events.answer(transfer)
    return f"transfer: {transfer.state}"


def _across(rows):  # type: ignore[no-untyped-def]
    return rows.select_related("giver", "receiver", "clearing__actor", "clearing__bank__actor")


def _remember(told: events.Told, clearing: Clearing, state: State, offered_in: str) -> Transfer:
    """A no, with nobody's account in it."""
    columns = _columns(told, clearing, offered_in)
    return Transfer.objects.create(**columns, state=state, settled_at=timezone.now())


def _columns(told: events.Told, clearing: Clearing, offered_in: str) -> dict[str, object]:
    return {
        "uri": told.uri,
        "public_id": identity.new_public_id(),
        "bank": clearing.bank,
        "clearing": clearing,
        "other_uri": told.theirs,
        "other_name": told.their_name,
        "minutes": told.minutes,
        "words": told.words,
        "done_on": told.done_on,
        "proposed_by": told.proposed_by,
        "offered_in": offered_in,
    }


def _account_of(uri: str, clearing: Clearing) -> Account | None:
    rows = Account.objects.filter(bank=clearing.bank_id, peer="", actor__isnull=False, closed_at__isnull=True)
    rows = rows.select_for_update(of=("self",)).select_related("actor__user", "bank")  # it may be closing just now
    account = rows.filter(public_id=uri.rsplit("/", 1)[-1]).first()
    return account if account is not None and account.uri == uri else None


def _may_ask(sender: Actor, account: Account) -> bool:
    person = account.actor
    assert person is not None
    is_here = person.user is not None and person.user.is_active and is_in_group(person, account.bank)
    return is_here and not restrictions.is_suspended(person, sender) and not restrictions.keep_apart(sender, person)


def _who(transfer: Transfer) -> str:
    assert transfer.clearing is not None
    return str(transfer.clearing.actor.uri)
