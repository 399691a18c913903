"""Opening an account, what it is called, its limit, and closing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cop.access import NotAllowed
from cop.models import Member
from federation import identity, moderation
from journal import record
from timebank.access import is_in_group, require_steward
from timebank.actions.transfers import NotPossible, give_up
from timebank.models import LARGEST_LIMIT, Account, Bank, Transfer

if TYPE_CHECKING:
    from federation.models import Actor


def open_account(person: Actor, bank: Bank) -> Account:
    """For a member of the bank's group, in one click; a second one is the first. Raises NotAllowed."""
    if not bank.is_ours or bank.withdrawn_at is not None or not is_in_group(person, bank):
        raise NotAllowed("accounts are for the members of its group, on this node")
    moderation.require_not_suspended(bank.actor, person)
    with transaction.atomic():
        held = Bank.objects.select_for_update().get(pk=bank.pk)
        mine = Account.objects.filter(bank=held, actor=person, closed_at__isnull=True).first()
        if mine is not None:
            return mine
        known_as = (
            Member.objects.filter(group__actor=bank.actor_id, actor=person).values_list("name", flat=True).first()
        )
        account = Account.objects.create(
            bank=held, actor=person, public_id=identity.new_public_id(), name=known_as or "", limit=held.limit
        )
        record("account.opened", account.uri, actor=person.uri)
    return account


def rename_account(person: Actor, account: Account, name: str) -> Account:
    """What people of the bank know somebody as. Raises NotAllowed, moderation.Suspended."""
    _require_own(person, account)
    moderation.require_not_suspended(person)
    Account.objects.filter(pk=account.pk).update(name=name)
    account.name = name
    return account


def set_limit(person: Actor, account: Account, minutes: int) -> Account:
    """How far an account may be from 0, by a steward. Raises NotAllowed, moderation.Suspended, NotPossible where more
    is used already."""
    require_steward(person, account.bank)
    moderation.require_not_suspended(account.bank.actor, person)
    with transaction.atomic():
        held = Account.objects.select_for_update().get(pk=account.pk)
        if held.is_clearing or not held.is_open or not 0 < minutes <= LARGEST_LIMIT or minutes < held.used:
            raise NotPossible(f"{held.used} minutes are used already, and at most {LARGEST_LIMIT} can be allowed")
        held.limit = minutes
        held.save(update_fields=["limit"])
        record("account.limited", held.uri, actor=person.uri)
    return held


def close_account(person: Actor, account: Account) -> Account:
    """At 0, and with nothing waiting; what was given and received stays, without the name. Raises NotPossible."""
    _require_own(person, account)
    with transaction.atomic():
        held = Account.objects.select_for_update().get(pk=account.pk)
        waiting = Transfer.objects.filter(Q(giver=held) | Q(receiver=held), state=Transfer.State.PROPOSED)
        if held.balance or held.held_in or held.held_out or waiting.exists():
            raise NotPossible("it is not at 0, or something waits")
        if held.closed_at is None:
            held.closed_at, held.name = timezone.now(), ""
            held.save(update_fields=["closed_at", "name"])
            record("account.closed", held.uri, actor=person.uri)
    return held


def forget_person(actor_uri: str) -> int:
    """Whoever is gone is asked nothing more and named nowhere. Their movements stay, so that all sums do. Inside a
    transaction; returns how many accounts were theirs."""
    accounts = list(Account.objects.select_for_update(of=("self",)).filter(actor__uri=actor_uri).order_by("pk"))
    for account in accounts:
        waiting = Transfer.objects.filter(Q(giver=account) | Q(receiver=account), state=Transfer.State.PROPOSED)
        for transfer in waiting.order_by("pk"):
            give_up(transfer, account)
    Account.objects.filter(pk__in=[account.pk for account in accounts]).update(name="", actor=None)
    return len(accounts)


def _require_own(person: Actor, account: Account) -> None:
    if account.actor_id != person.pk:
        raise NotAllowed("only whose account it is can do this")
