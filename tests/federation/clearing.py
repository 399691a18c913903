"""What the time bank of Hackney's group says to Camden's, as a node of this program writes it (FEP-0837)."""

from __future__ import annotations

import itertools
import json
from typing import Any

from django.db import transaction
from django.utils import timezone

from federation.audiences import PUBLIC
from federation.models import Activity, Actor
from tests.federation.cast import Speaker
from tests.federation.peer import Peer
from tests.hours import Givers, said
from timebank.actions import clearing as actions
from timebank.actions.transfers import Elsewhere, propose
from timebank.models import Account, Bank, Clearing, Transfer

Json = dict[str, Any]
_numbers = itertools.count(1)


class Hackney:
    """Menders of Hackney have a time bank on their own node, in which Dana has an account."""

    def __init__(self, peer: Peer, givers: Givers, outcomes: Any) -> None:
        self.peer, self.givers, self.outcomes = peer, givers, outcomes
        self.menders = peer.somebody("groups/menders", "Group", name="Menders of Hackney")
        self.uri = f"{peer.origin}/timebanks/hours"
        self.dana = f"{peer.origin}/timebank/accounts/dana"
        self.version = 0
        assert self.says("Create", self.document()) == "timebank read"

    @property
    def bank(self) -> Bank:
        return Bank.objects.get(uri=self.uri)

    @property
    def clearing(self) -> Clearing:
        return Clearing.objects.select_related("bank__actor", "account", "actor__node").get()

    @property
    def account(self) -> Account:
        """What stands between the two, in our books."""
        return self.clearing.account

    def says(self, type_: str, obj: Any, *, speaker: Speaker | None = None, **more: Any) -> str:
        """What becomes of it."""
        self.peer.does(speaker or self.menders, type_, obj, **more)
        return str(self.outcomes()[-1])

    def document(self) -> Json:
        return {
            "id": self.uri,
            "type": "Note",
            "additionalType": "urn:flotilla:ns:TimeBank",
            "attributedTo": self.menders.uri,
            "name": "Hours of Hackney",
            "content": "<p>Hours of Hackney</p>",
            "limit": 1_200,
            "version": 1,
            "published": "2026-11-20T09:00:00Z",
            "to": [PUBLIC],
        }

    def statement(self, cap: int = 600, **said: Any) -> Json:
        self.version += 1
        known = clearing_statement(self.menders.uri, self.uri, self.givers.bank.uri)
        known |= {"version": self.version, "cap": minutes(cap), **said}
        return {name: value for name, value in known.items() if value is not None}

    def opened(self, cap: int = 600, their_cap: int = 600) -> Clearing:
        """Both have said yes."""
        actions.say_half(self.givers.alice, self.givers.bank, self.bank, cap)
        assert self.says("Update", self.statement(their_cap)) == "clearing: open"
        return self.clearing

    def event(self, ours: Account, *, gives: bool = False, of: int = 90, path: str = "", **said: Any) -> Json:
        """Dana says that she gave somebody here time; with `gives`, that they gave it to her."""
        provider, receiver = (ours.uri, self.dana) if gives else (self.dana, ours.uri)
        known = transfer_event(self.menders.uri, self.uri, self.givers.bank.uri, provider, receiver)
        known |= {"resourceQuantity": minutes(of)} | ({"id": f"{self.peer.origin}/{path}"} if path else {})
        return {name: value for name, value in (known | said).items() if value is not None}

    def answers(self, type_: str, transfer: Transfer, **said: Any) -> str:
        """Dana's node answers a proposal of ours."""
        state = {"Accept": "confirmed", "Reject": "declined"}[type_]
        result = {"id": transfer.uri, "type": "EconomicEvent", "state": state, "signed": "Dana", **said}
        return self.says(type_, said_by_us("Offer")[-1], result=result)


def minutes(number: int) -> Json:
    return {"hasUnit": "minute", "hasNumericalValue": str(number)}


def clearing_statement(speaker: str, theirs: str, ours: str) -> Json:
    """How the bank at `theirs` stands with ours: open, with nothing booked."""
    return {
        "id": f"{theirs}#clearing",
        "type": "Clearing",
        "attributedTo": speaker,
        "inScopeOf": theirs,
        "peerBank": ours,
        "name": "Hours of Hackney",
        "version": 1,
        "state": "open",
        "cap": minutes(600),
        "updated": timezone.now().isoformat(),
        "booked": 0,
        "waiting": 0,
        "balance": minutes(0),
        "transfers": [],
    }


def transfer_event(speaker: str, theirs: str, ours: str, provider: str, receiver: str) -> Json:
    """Somebody of the bank at `theirs` proposes it."""
    return {
        "id": f"{theirs.rsplit('/', 2)[0]}/timebank/transfers/t{next(_numbers)}",
        "type": "EconomicEvent",
        "action": "deliverService",
        "attributedTo": speaker,
        "inScopeOf": theirs,
        "peerBank": ours,
        "provider": provider,
        "receiver": receiver,
        "signed": "Dana",
        "name": "A lock mended",
        "resourceQuantity": minutes(90),
        "startDate": "2026-11-20",
        "state": "proposed",
    }


def open_clearing(bank: Bank, theirs: str, actor: Actor, leader: Actor) -> Clearing:
    """With a bank of `actor` that is known by its address alone, and has said yes."""
    row = Bank(uri=theirs, name="Hours of Hackney", node=actor.node, actor=actor)
    with transaction.atomic():
        clearing = actions.begin(bank, row)
    Clearing.objects.filter(pk=clearing.pk).update(is_said_there=True, their_cap=600)
    return actions.say_half(leader, bank, Clearing.objects.get(pk=clearing.pk), 600)


def propose_to(account: Account, person: Actor, address: str) -> Transfer:
    """Somebody of ours gave time to whoever has the account at an address."""
    asked = propose(person, account, Elsewhere(Clearing.objects.get(), address), said())
    return Transfer.objects.get(pk=asked.pk)


def said_by_us(type_: str, of: str = "") -> list[Json]:
    bodies = Activity.objects.filter(type=type_).order_by("pk").values_list("body", flat=True)
    said = [json.loads(body) for body in bodies]
    return [each for each in said if not of or each["object"].get("type") == of]
