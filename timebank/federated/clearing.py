"""What another bank says of the clearing with one of ours."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from federation import limits, restrictions
from federation.inbound.verbs import Incoming, Refused, verb
from federation.models import Node
from federation.reader import Reader
from timebank.actions import clearing as actions
from timebank.federated import statements
from timebank.federated.exchange import UNKNOWN
from timebank.models import Bank, Clearing

MOST_WANTED = 50  # banks elsewhere that ask one of ours, and wait for its stewards
MOST_HALVES = 20  # changes in a day of what one of them agrees to: of each our stewards may be told
MOST_STATEMENTS = 10  # of one bank in a minute to which what waits there is said again: each can list a hundred
ANSWER_AFTER = dt.timedelta(minutes=1)  # between two statements of ours that were only asked for


@verb("Update", of="Clearing")
def told(incoming: Incoming) -> str:
    """By the group whose bank it is about; a first one asks the stewards of our bank."""
    obj = incoming.activity.get("object")
    if not isinstance(obj, dict):
        raise Refused("object: expected it whole, not by its address")
    read = Reader(obj, "object")
    peer, ours = read.uri("inScopeOf", required=True), read.uri("peerBank", required=True)
    bank = Bank.objects.ours().select_for_update(of=("self",)).select_related("actor").filter(uri=ours).first()
    if bank is None:
        raise Refused(f"actor: {UNKNOWN}")
    statement = statements.read_statement(read)
    rows = Clearing.objects.select_for_update(of=("self",)).select_related("bank__actor", "account", "actor__node")
    clearing = rows.filter(bank=bank, peer=peer).first()
    if clearing is None:
        clearing = _wanted(incoming, bank, peer, statement)
    elif clearing.actor_id != incoming.actor.pk:
        raise Refused(f"actor: {UNKNOWN}")
    elif _is_news(clearing, statement) and not limits.within(
        f"time-halves:{clearing.pk}", MOST_HALVES, seconds=limits.DAY
    ):
        raise Refused(f"object: more than {MOST_HALVES} changes of one agreement in a day")
    answers = statement.wants_ours and not _said_lately(clearing)
    again = limits.within(f"time-statements:{clearing.pk}", MOST_STATEMENTS)
    may_ask = _may_ask(incoming, bank)
    return actions.hear_statement(clearing, statement, answers=answers, again=again, may_ask=may_ask)


def _wanted(incoming: Incoming, bank: Bank, peer: str, statement: statements.Statement) -> Clearing:
    """A bank that we know and have nothing with: its group asks."""
    theirs = Bank.objects.filter(uri=peer, node__isnull=False, withdrawn_at__isnull=True).first()
    if theirs is None or theirs.actor_id != incoming.actor.pk or not _may_ask(incoming, bank) or not statement.is_said:
        raise Refused(f"actor: {UNKNOWN}")
    if Clearing.objects.filter(bank=bank, state=Clearing.State.WANTED).count() >= MOST_WANTED:
        raise Refused(f"object: more than {MOST_WANTED} banks wait for an answer")
    return actions.begin(bank, theirs)


def _may_ask(incoming: Incoming, bank: Bank) -> bool:
    is_neighbour = incoming.node.peering in Node.AGREED and incoming.node.blocked_at is None
    is_open = bank.withdrawn_at is None and bank.is_for_everyone
    return is_neighbour and is_open and not restrictions.is_suspended(bank.actor, incoming.actor)


def _is_news(clearing: Clearing, said: statements.Statement) -> bool:
    """Whether the stewards of our bank would hear of it, or it is another cap."""
    if said.version <= clearing.their_version:
        return False
    return (said.is_said, said.cap) != (clearing.is_said_there, clearing.their_cap)


def _said_lately(clearing: Clearing) -> bool:
    return clearing.said_at is not None and timezone.now() - clearing.said_at < ANSWER_AFTER
