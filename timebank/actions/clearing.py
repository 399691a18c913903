"""Clearing with a bank elsewhere: asking for it, answering, its cap, its end, and comparing what both have booked.

Each bank says its own half and nothing else; what is between the two follows from both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from cop.access import NotAllowed
from federation import identity, moderation
from journal import record
from timebank.access import require_steward
from timebank.actions.between import ask_again, say_again_what_waits_there
from timebank.actions.transfers import NotPossible
from timebank.comparing import comparison
from timebank.federated import statements
from timebank.models import LARGEST_LIMIT, Account, Clearing, Transfer

if TYPE_CHECKING:
    from federation.models import Actor
    from timebank.federated.statements import Statement
    from timebank.models import Bank

State = Clearing.State

MOST_ASKED_AGAIN = 200  # proposals of ours in one go


def say_half(person: Actor, bank: Bank, theirs: Bank | Clearing, cap: int) -> Clearing:
    """Our bank clears with another up to `cap` minutes: a question, the answer to theirs, or another cap than before.
    Raises NotAllowed, NotPossible."""
    require_steward(person, bank)
    moderation.require_not_suspended(bank.actor, person)
    if not bank.is_for_everyone:
        raise NotAllowed("no other node is told of a bank that is not for everyone")
    if not 0 < cap <= LARGEST_LIMIT:
        raise NotPossible(f"a cap is 1 to {LARGEST_LIMIT} minutes")
    with transaction.atomic():
        clearing = _held(theirs) if isinstance(theirs, Clearing) else _between(bank, theirs)
        if clearing.bank_id != bank.pk or clearing.bank.withdrawn_at is not None:
            raise NotPossible("the bank has closed")
        before = clearing.state
        clearing.cap, clearing.is_said, clearing.version = cap, True, clearing.version + 1
        clearing.state = State.OPEN if clearing.is_said_there else State.ASKED
        _settle(clearing, before, actor=person.uri)
        statements.tell(clearing)
    return clearing


def end(person: Actor, clearing: Clearing) -> Clearing:
    """Nothing new goes between the two; what waits ends as it is answered. Also a no to theirs. Raises NotAllowed."""
    require_steward(person, clearing.bank)
    with transaction.atomic():
        held = _held(clearing)
        _end(held, actor=person.uri)
        statements.tell(held)
    return held


def end_all(bank: Bank, *, by: Actor) -> None:
    """Of a bank that closes. Inside a transaction."""
    for clearing in bank.clearings.exclude(state=State.ENDED).order_by("pk"):
        held = _held(clearing)
        _end(held, actor=by.uri)
        statements.tell(held)


def end_with(peer: str, *, actor: str) -> None:
    """The bank elsewhere is no more. Inside a transaction."""
    for clearing in Clearing.objects.filter(peer=peer).exclude(state=State.ENDED).order_by("pk"):
        held = _held(clearing)
        held.is_said_there = False
        _end(held, actor=actor, origin="peer")


def ask_them(person: Actor, clearing: Clearing) -> Clearing:
    """Compare now: say what we have booked, ask again what waits, and ask for theirs. Raises NotAllowed."""
    require_steward(person, clearing.bank)
    return tell_all(clearing)


def tell_all(clearing: Clearing) -> Clearing:
    """Our statement, and everything that waits for them once more: what was lost on the way is mended by it."""
    with transaction.atomic():
        held = _held(clearing)
        if held.version:  # to a question that our stewards have not answered there is nothing to say
            statements.tell(held, wants_theirs=True)
            ask_again(held, most=MOST_ASKED_AGAIN)
    return held


def begin(bank: Bank, theirs: Bank) -> Clearing:
    """The row between the two, on which neither has said anything yet. Inside a transaction."""
    account = Account.objects.create(bank=bank, peer=theirs.uri, public_id=identity.new_public_id(), limit=0)
    return Clearing.objects.create(
        bank=bank,
        peer=theirs.uri,
        peer_name=theirs.name,
        actor=theirs.actor,
        account=account,
        public_id=identity.new_public_id(),
        state=State.ENDED,
    )


def hear_statement(
    clearing: Clearing, said: Statement, *, answers: bool, again: bool = True, may_ask: bool = True
) -> str:
    """What the other bank says; `again` is whether what waits there is answered again, `may_ask` whether it can be a
    question to our stewards. Inside the receipt's transaction; returns the outcome in a few words."""
    if said.version > clearing.their_version:
        _hear_half(clearing, said, may_ask=may_ask)
    if clearing.told_at is None or said.at >= clearing.told_at:
        clearing.told_at, clearing.told_count, clearing.told_sum = said.at, said.booked, said.balance
        clearing.told_waiting, clearing.told_listed = said.waiting, said.listed
        _compare(clearing)
    clearing.peer_name = said.name or clearing.peer_name
    clearing.save()
    if again:
        say_again_what_waits_there(clearing, [each["uri"] for each in said.listed if each["state"] == "proposed"])
    if answers and clearing.version:
        statements.tell(clearing)
    return f"clearing: {clearing.state}"


def _hear_half(clearing: Clearing, said: Statement, *, may_ask: bool) -> None:
    before, stood_there = clearing.state, clearing.is_said_there
    clearing.their_version, clearing.their_cap, clearing.is_said_there = said.version, said.cap, said.is_said
    if not said.is_said:
        if before != State.ENDED:
            _end(clearing, actor=clearing.actor.uri, origin="peer")
            statements.tell(clearing)  # so that neither takes the other's old half for a new one
        return
    if clearing.is_said:
        clearing.state = State.OPEN
    elif may_ask and (
        before != State.ENDED or not stood_there
    ):  # an end of ours that they have not heard yet stays one
        clearing.state = State.WANTED
    _settle(clearing, before, actor=clearing.actor.uri, origin="peer")


def _end(clearing: Clearing, *, actor: str, origin: str = "here") -> None:
    """Our half ends, whoever began it. Whoever says something anew afterwards asks anew."""
    if clearing.is_said or clearing.state != State.ENDED:
        clearing.version += 1
    before, clearing.state, clearing.is_said = clearing.state, State.ENDED, False
    clearing.save()
    if before != State.ENDED:
        record("clearing.ended", clearing.bank.uri + f"#clearing-{clearing.public_id}", actor=actor, origin=origin)


def _settle(clearing: Clearing, before: str, *, actor: str, origin: str = "here") -> None:
    """The account between the two may go as far as both allow, or has gone already."""
    if clearing.is_open:
        account = Account.objects.select_for_update().get(pk=clearing.account_id)
        account.limit = max(clearing.common_cap, account.used)
        account.save(update_fields=["limit"])
        clearing.account = account
    clearing.save()
    happened = {State.OPEN: "clearing.opened", State.ASKED: "clearing.asked", State.WANTED: "clearing.wanted"}
    name = "clearing.changed" if clearing.state == before else happened.get(State(clearing.state))
    if name is not None:
        record(name, clearing.bank.uri + f"#clearing-{clearing.public_id}", actor=actor, origin=origin)


def _compare(clearing: Clearing) -> None:
    """A difference that nothing on its way explains is told to the stewards, once until it is gone."""
    found = comparison(clearing)
    if not found.stays:
        clearing.differs_since = None
    elif clearing.differs_since is None:
        clearing.differs_since = timezone.now()
        uri = clearing.bank.uri + f"#clearing-{clearing.public_id}"
        record("clearing.differs", uri, actor=clearing.actor.uri, origin="peer")


def _between(bank: Bank, theirs: Bank) -> Clearing:
    if theirs.is_ours or theirs.withdrawn_at is not None or theirs.node is None or theirs.node.blocked_at is not None:
        raise NotAllowed("clearing is with a bank of another node")
    type(bank).objects.select_for_update().get(pk=bank.pk)  # of two that ask at once, the second finds the first's
    there = Clearing.objects.filter(bank=bank, peer=theirs.uri).first()
    return _held(there) if there is not None else _held(begin(bank, theirs))


def _held(clearing: Clearing) -> Clearing:
    rows = Clearing.objects.select_for_update(of=("self",)).select_related("bank__actor", "account", "actor__node")
    return rows.get(pk=clearing.pk)


def has_unfinished(clearing: Clearing) -> bool:
    """Whether anything waits between the two, or was found to differ."""
    waits = Transfer.objects.filter(clearing=clearing, state=Transfer.State.PROPOSED).exists()
    return waits or clearing.differs_since is not None
