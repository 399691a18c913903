"""Who may see and do what in a time bank. Absent and forbidden give the same 404."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.http import Http404

from cop.access import NotAllowed
from cop.models import Group, Member
from timebank.models import Account, Bank, Clearing, Transfer

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from federation.models import Actor


def bank_for_reading(reader: Actor | None, public_id: str) -> Bank:
    bank = Bank.objects.visible_to(reader).select_related("actor", "node").filter(public_id=public_id).first()
    if bank is None:
        raise Http404
    return bank  # type: ignore[no-any-return]


def bank_for_editing(person: Actor | None, public_id: str) -> Bank:
    """A bank of this node, for the stewards of its group. Raises Http404, NotAllowed for who may only read it."""
    bank = bank_for_reading(person, public_id)
    require_steward(person, bank)
    return bank


def leads(person: Actor | None, bank: Bank) -> bool:
    """Whether somebody is a steward of the group whose bank it is, on this node."""
    if person is None or not bank.is_ours:
        return False
    stewards = Member.objects.filter(group__actor=bank.actor_id, role=Member.Role.STEWARD)
    return stewards.filter(actor=person).exists()


def require_steward(person: Actor | None, bank: Bank) -> None:
    if not leads(person, bank):
        raise NotAllowed("only the stewards of its group can do this")


def is_in_group(person: Actor | None, bank: Bank) -> bool:
    """Whether somebody of this node is a member of the group whose bank it is."""
    if person is None or not person.is_ours:
        return False
    inside = Member.objects.filter(group__actor=bank.actor_id, group__withdrawn_at__isnull=True)
    return inside.filter(actor=person, state=Member.State.JOINED).exists()


def group_of(bank: Bank) -> Group | None:
    return Group.objects.filter(actor=bank.actor_id).first()


def groups_of(person: Actor) -> QuerySet[Member]:
    """The actors of the groups of which somebody of this node is a member."""
    inside = Member.objects.filter(actor=person, state=Member.State.JOINED, group__withdrawn_at__isnull=True)
    return inside.values("group__actor")


def accounts_of(person: Actor) -> QuerySet[Account]:
    """What somebody has in the banks of this node, also in one that has closed."""
    return Account.objects.filter(actor=person, closed_at__isnull=True).select_related("bank__actor")


def account_of(person: Actor | None, bank: Bank) -> Account | None:
    return accounts_of(person).filter(bank=bank).first() if person is not None else None


def account_for_reading(person: Actor, public_id: str) -> Account:
    """Somebody's own, or that of somebody in the same bank, while they are in its group; for stewards all in theirs.
    Raises Http404."""
    mine = accounts_of(person).filter(bank__actor__in=groups_of(person)).values("bank")
    led = Member.objects.filter(actor=person, role=Member.Role.STEWARD).values("group__actor")
    seen = Account.objects.filter(
        Q(actor=person) | Q(bank__in=mine) | Q(bank__actor__in=led), peer="", actor__isnull=False
    )
    account = seen.filter(closed_at__isnull=True, public_id=public_id).select_related("bank__actor", "actor").first()
    if account is None:
        raise Http404
    return account


def account_for_using(person: Actor, public_id: str) -> Account:
    """Somebody's own. Raises Http404."""
    account = accounts_of(person).filter(public_id=public_id).first()
    if account is None:
        raise Http404
    return account


def account_for_proposing(person: Actor, public_id: str) -> Account:
    """Somebody's own, while they are in the group: the form names everybody in the bank. Raises Http404, NotAllowed."""
    account = account_for_using(person, public_id)
    if not is_in_group(person, account.bank):
        raise NotAllowed("the bank is for the members of its group")
    return account


def account_for_limiting(person: Actor, public_id: str) -> Account:
    """One in a bank that somebody looks after. Raises Http404."""
    account = account_for_reading(person, public_id)
    if not leads(person, account.bank):
        raise Http404
    return account


def transfers_of(person: Actor) -> QuerySet[Transfer]:
    """What somebody gave or received, or was asked to confirm."""
    mine = Account.objects.filter(actor=person).values("pk")
    return Transfer.objects.filter(Q(giver__in=mine) | Q(receiver__in=mine))


def transfer_for_reading(person: Actor, public_id: str) -> Transfer:
    """Between somebody and another. Raises Http404."""
    rows = transfers_of(person).select_related("giver__actor", "receiver__actor", "bank__actor", "clearing__actor")
    transfer = rows.filter(public_id=public_id).first()
    if transfer is None:
        raise Http404
    return transfer


def clearing_for_editing(person: Actor, public_id: str) -> Clearing:
    """For the stewards of the bank of ours. Raises Http404."""
    found = Clearing.objects.select_related("bank__actor", "account", "actor__node").filter(public_id=public_id).first()
    if found is None or not leads(person, found.bank):
        raise Http404
    return found
