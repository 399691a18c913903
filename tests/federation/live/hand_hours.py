"""What a `Hand` can do in the time bank of its node, as the people who have accounts there."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from typing import Any

from django.db.models import Sum

from accounts.actions import make_account
from accounts.models import User
from cop.actions import membership
from cop.models import Group
from federation import actors
from federation.models import Actor
from timebank.actions import accounts, banks, transfers
from timebank.actions import clearing as clearings
from timebank.actions.booking import BeyondLimit
from timebank.comparing import comparison
from timebank.models import Account, Bank, Clearing, Movement, Transfer
from timebank.models.transfers import GIVER, RECEIVER

State = Transfer.State

PASSWORD = "a long enough secret"


def open_bank(name: str, people: int, limit: int) -> dict[str, Any]:
    """A bank of the node's own group, with so many people in it; its address and those of their accounts."""
    group = Group.objects.filter(node=None).select_related("actor").order_by("pk")[0]
    leader = actors.for_user(User.objects.get(is_steward=True))
    bank = banks.open_bank(leader, group, name=name, language="en", limit=limit)
    for number in range(people):
        person = actors.for_user(make_account(f"giver{number}@{name}.example", PASSWORD))
        member = membership.join_group(person, group, name=f"{name} {number}")
        membership.accept_member(leader, member)
        accounts.open_account(person, bank)
    return {"bank": bank.uri, "accounts": [each.uri for each in _people()]}


def allow(peer: str, cap: int) -> bool:
    """The steward says a cap for the bank at an address; False while it is not known here."""
    theirs = Bank.objects.filter(uri=peer).select_related("node", "actor").first()
    if theirs is None:
        return False
    clearings.say_half(actors.for_user(User.objects.get(is_steward=True)), _bank(), theirs, cap)
    return True


def is_open(peer: str) -> bool:
    return Clearing.objects.filter(peer=peer, state=Clearing.State.OPEN).exists()


def propose(mine: int, other: str, side: str, minutes: int, words: str) -> str:
    """One of the people says what they gave or received; the address of the transfer, or why there is none."""
    account = _people()[mine]
    person = Actor.objects.get(pk=account.actor_id)
    local = next((each for each in _people() if each.uri == other), None)
    clearing = next(
        (each for each in Clearing.objects.all() if other.startswith(each.peer.split("/timebanks/")[0])), None
    )
    whom = local or transfers.Elsewhere(clearing, other)
    said = transfers.Said(GIVER if side == "giver" else RECEIVER, minutes, words, dt.date(2026, 11, 1))
    try:
        return str(transfers.propose(person, account, whom, said).uri)
    except BeyondLimit:
        return "beyond"


def answer(seed: int, *, all_of_it: bool = False) -> dict[str, int]:
    """People say yes or no to what waits for them, or leave it; in the end to all of it. What their limit or the cap
    does not allow they refuse then."""
    chance, did = random.Random(seed), Counter[str]()
    for transfer in Transfer.objects.filter(state=State.PROPOSED).select_related("giver__actor", "receiver__actor"):
        asked, proposer = transfer.asked, transfer.proposer
        drawn = chance.random()
        try:
            if asked.actor is not None and (all_of_it or drawn < 0.5):
                act = transfers.decline if drawn < 0.05 else transfers.confirm
                did[act(asked.actor, transfer).state] += 1
            elif proposer.actor is not None and not all_of_it and drawn > 0.96:
                transfers.take_back(proposer.actor, transfer)
                did["taken back"] += 1
        except BeyondLimit:
            did["beyond"] += 1
            if all_of_it:
                transfers.decline(asked.actor, transfer)
        except transfers.NotPossible:
            did["too late"] += 1  # the other node has spoken since the list was read
    return dict(did)


def compare() -> list[bool]:
    """Say to every other bank what is booked here, and ask what waits; whether they said the same last."""
    rows = list(Clearing.objects.select_related("account"))
    for each in rows:
        clearings.tell_all(each)
    return [comparison(each).agrees for each in rows]


def books() -> dict[str, Any]:
    """All of it: how every transfer stands, the sums, what each account ever was, and what is held."""
    reached: Counter[int] = Counter()
    worst, limits = {}, dict(Account.objects.values_list("pk", "limit"))
    for account, minutes in Movement.objects.order_by("pk").values_list("account", "minutes"):
        reached[account] += minutes
        worst[account] = max(worst.get(account, 0), abs(reached[account]))
    rows = Account.objects.annotate(moved=Sum("movements__minutes"))
    return {
        "transfers": {each.uri: [each.state, each.minutes, each.is_across] for each in Transfer.objects.all()},
        "sum": sum(reached.values()),
        "clearing": {each.peer: each.balance for each in rows if each.is_clearing},
        "broken": sum(worst[account] > limits[account] for account in worst),
        "at_limit": sum(worst[account] > limits[account] * 0.9 for account in worst),
        "unequal": sum(each.balance != (each.moved or 0) for each in rows),
        "held": sum(each.held_in + each.held_out for each in rows),
        "movements": Movement.objects.count(),
    }


def _bank() -> Bank:
    return Bank.objects.ours().select_related("actor").get()


def _people() -> list[Account]:
    rows = Account.objects.filter(peer="", actor__isnull=False).select_related("bank__actor")
    return list(rows.order_by("pk"))


ACTIONS = {action.__name__: action for action in (open_bank, allow, is_open, propose, answer, compare, books)}
