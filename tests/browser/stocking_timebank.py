"""A time bank with hours in every state, and clearing with a bank of Hackney that does not say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from cop.models import Group
from federation import actors
from federation.audiences import PUBLIC
from federation.inbound.objects import take
from federation.models import Actor, Node
from timebank.actions import accounts, banks, transfers
from timebank.actions import clearing as clearings
from timebank.federated.statements import Statement
from timebank.models import Bank, Clearing, Transfer
from timebank.models.transfers import GIVER, RECEIVER

if TYPE_CHECKING:
    from accounts.models import User

SUMMARY = "Doors, soup and **bicycles**. Everything here is invented."


def stock_timebank(steward_user: User, leader_user: User, group_id: str, origin: str) -> dict[str, str]:
    """The steward and the leader have accounts. One transfer waits for the steward, one for the leader, one is thanked
    for, one waits at Hackney's bank; another bank, of the same node, asks."""
    steward, leader = actors.for_user(steward_user), actors.for_user(leader_user)
    group = Group.objects.get(public_id=group_id)
    bank = banks.open_bank(
        steward, group, name="Hours of the front door (demo)", summary=SUMMARY, language="en", limit=1_200
    )
    mine, other = accounts.open_account(steward, bank), accounts.open_account(leader, bank)
    today = timezone.localdate()
    waiting = transfers.propose(leader, other, mine, transfers.Said(GIVER, 90, "A hinge planed (demo)", today))
    asked = transfers.propose(steward, mine, other, transfers.Said(GIVER, 45, "Soup for six (demo)", today))
    done = transfers.propose(steward, mine, other, transfers.Said(RECEIVER, 150, "A bicycle mended (demo)", today))
    transfers.confirm(leader, done)
    transfers.thank(steward, Transfer.objects.get(pk=done.pk), "It rides like new.")
    theirs, asking = (_bank_of(origin, number) for number in (1, 2))
    clearing = clearings.say_half(steward, bank, theirs, 600)
    _told(clearing, {"uri": f"{origin}/timebank/transfers/lost", "minutes": -45, "state": "confirmed"})
    there = transfers.Elsewhere(Clearing.objects.get(pk=clearing.pk), f"{origin}/timebank/accounts/dana")
    across = transfers.propose(steward, mine, there, transfers.Said(GIVER, 60, "A door hung in Hackney (demo)", today))
    with transaction.atomic():
        wanted = clearings.begin(bank, asking)
    _told(wanted)
    return {
        "bank": bank.public_id,
        "their_bank": theirs.public_id,
        "time_account": mine.public_id,
        "other_time_account": other.public_id,
        "waiting_hours": waiting.public_id,
        "asked_hours": asked.public_id,
        "thanked_hours": done.public_id,
        "hours_across": across.public_id,
        "clearing": clearing.public_id,
        "wanted_clearing": wanted.public_id,
    }


def _bank_of(origin: str, number: int) -> Bank:
    uri, speaker = f"{origin}/timebanks/{number}", f"{origin}/groups/{number}"
    node = Node.objects.get(origin=origin)
    Actor.objects.get_or_create(uri=speaker, defaults={"node": node, "type": Actor.Type.GROUP, "name": "Menders"})
    doc = {
        "id": uri,
        "type": "Note",
        "additionalType": "urn:flotilla:ns:TimeBank",
        "attributedTo": speaker,
        "name": f"Hours of Hackney {number} (demo)",
        "content": "<p>Hours</p>",
        "source": {"content": "Everything here is invented.", "mediaType": "text/markdown"},
        "inLanguage": "en",
        "limit": 600,
        "version": 1,
        "published": timezone.now().isoformat(),
        "to": [PUBLIC],
    }
    with transaction.atomic():
        take(doc, node)
    return Bank.objects.select_related("node", "actor").get(uri=uri)


def _told(clearing: Clearing, *listed: dict[str, object]) -> None:
    """What the other bank has said."""
    said = Statement(
        name=clearing.peer_name, version=1, is_said=True, cap=480, at=timezone.now(), booked=len(listed),
        balance=-45 * len(listed), waiting=0, listed=list(listed),
    )  # fmt: skip
    with transaction.atomic():
        held = Clearing.objects.select_related("bank__actor", "account", "actor__node").get(pk=clearing.pk)
        clearings.hear_statement(held, said, answers=False)
