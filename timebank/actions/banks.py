"""Opening, changing and closing the time bank of a group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, Q

from cop.access import NotAllowed, is_steward
from federation import publishing
from timebank.access import require_steward
from timebank.actions.clearing import end_all
from timebank.models import Account, Bank

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cop.models import Group
    from federation.models import Actor


class AlreadyThere(ValueError):
    """The group has a time bank; `bank` is it."""

    def __init__(self, bank: Bank) -> None:
        super().__init__(bank.uri)
        self.bank = bank


def open_bank(person: Actor, group: Group, *, once: str = "", **fields: Any) -> Bank:
    """The time bank of a group of this node, by one of its stewards. Raises NotAllowed, AlreadyThere."""
    if not group.is_ours or group.withdrawn_at is not None or not is_steward(person, group):
        raise NotAllowed("only the stewards of the group can do this")
    with transaction.atomic():
        # The group is held, so that of two stewards who open one at the same moment the second finds the first's.
        type(group).objects.select_for_update().get(pk=group.pk)
        there = Bank.objects.ours().filter(actor=group.actor, withdrawn_at__isnull=True).first()
        if there is not None:
            raise AlreadyThere(there)
        return publishing.publish(
            Bank,
            "timebanks",
            "timebank",
            speaker=group.actor,
            author=person,
            audience=group.audience,
            once=once,
            **fields,
        )


def change_bank(person: Actor, bank: Bank, fields: Mapping[str, Any]) -> Bank:
    """New words, or another limit: accounts that had the bank's limit follow it, as far as what they have used allows.
    Raises NotAllowed, publishing.ChangedMeanwhile."""
    require_steward(person, bank)
    with transaction.atomic():
        before = Bank.objects.select_for_update().get(pk=bank.pk).limit
        changed = publishing.change(bank, "timebank", by=person, **fields)
        if changed.limit != before:
            usual = Account.objects.filter(bank=bank, peer="", limit=before, closed_at__isnull=True)
            fits = Q(balance__lte=changed.limit - F("held_in")) & Q(balance__gte=F("held_out") - changed.limit)
            usual.filter(fits).update(limit=changed.limit)
    return changed


def close_bank(person: Actor, bank: Bank) -> Bank:
    """Nobody begins anything in it any more; what waits for another node ends as that answers. All clearing ends.
    Raises NotAllowed."""
    require_steward(person, bank)
    return end_bank(bank, by=person)


def end_bank(bank: Bank, *, by: Actor) -> Bank:
    """The same, where its group is no more."""
    with transaction.atomic():
        end_all(bank, by=by)
        return publishing.withdraw(bank, "timebank", by=by)
