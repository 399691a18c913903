"""A time bank of Tenants of Camden: Alice leads it, Bob and Erin are members of the group, Charlie is nobody."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Sum

from cop.actions.membership import join_group
from federation.models import Actor
from tests.gatherings import Camden
from timebank.actions import accounts, banks, transfers
from timebank.models import Account, Bank, Movement, Transfer
from timebank.models.transfers import GIVER

A_DAY = dt.date(2026, 11, 20)


class Givers(Camden):
    """Alice, Bob and Erin have accounts, each allowed 20 hours."""

    def __init__(self) -> None:
        super().__init__()
        self.erin = self.somebody("erin")
        join_group(self.erin, self.group, name="Erin")
        self.bank = banks.open_bank(self.alice, self.group, name="Hours of Camden", language="en", limit=1_200)
        people = (self.alice, self.bob, self.erin)
        self.alices, self.bobs, self.erins = (accounts.open_account(each, self.bank) for each in people)

    def proposed(
        self, giver: Account, receiver: Account, minutes: int = 90, *, by: Actor | None = None, words: str = "A shelf"
    ) -> Transfer:
        """By whoever gave, unless somebody else says it."""
        mine, other, side = (giver, receiver, GIVER)
        if by is not None and by.pk == receiver.actor_id:
            mine, other, side = receiver, giver, "receiver"
        person = Actor.objects.get(pk=mine.actor_id)
        return transfers.propose(person, mine, other, said(side, minutes, words))

    def confirmed(self, giver: Account, receiver: Account, minutes: int = 90, **more: Any) -> Transfer:
        transfer = self.proposed(giver, receiver, minutes, **more)
        return transfers.confirm(Actor.objects.get(pk=transfer.asked.actor_id), transfer)


def said(side: str = GIVER, minutes: int = 90, words: str = "A shelf") -> transfers.Said:
    return transfers.Said(side, minutes, words, A_DAY)


def balance(account: Account) -> int:
    return Account.objects.get(pk=account.pk).balance


def held(account: Account) -> tuple[int, int]:
    return Account.objects.values_list("held_in", "held_out").get(pk=account.pk)


def sum_of(bank: Bank) -> int:
    """Of all movements in it; every account shows the sum of its own."""
    for account in bank.accounts.annotate(moved=Sum("movements__minutes")):
        assert account.balance == (account.moved or 0), account
    return Movement.objects.filter(account__bank=bank).aggregate(all=Sum("minutes"))["all"] or 0
