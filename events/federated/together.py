"""What is done together, on the wire: what is needed, for which group and goal, who is in charge, what came of it.

`covered` beside each thing that is needed is a counter, as `participantCount` is: no part of what makes a version.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from events.models import Gathering
from events.models.gatherings import ADDRESS_LENGTH, LONGEST_NEEDED, MOST_NEEDED, MOST_OF_ONE
from federation.reader import BadField

if TYPE_CHECKING:
    from federation.reader import Reader

Json = dict[str, Any]

ID = re.compile(r"[0-9a-f]{8}")
MOST_COVERED = 1_000_000  # of one thing, brought by all together


def written(gathering: Gathering) -> Json:
    return {
        "needed": [each | {"covered": gathering.covered.get(each["id"], 0)} for each in gathering.needed],
        "group": gathering.for_uri,
        "goal": gathering.goal_id,
        "inCharge": gathering.in_charge,
        "outcomeState": gathering.outcome,
        # The same word as in a match: what came of it, here in Markdown.
        "outcome": gathering.outcome_note,
        "outcomeOn": gathering.outcome_on.isoformat() if gathering.outcome_on is not None else None,
    }


def read(read: Reader, kind: str) -> Json:
    """Only an action needs something or is for a goal: of other kinds that is left out."""
    is_action = kind == Gathering.Kind.ACTION
    group = _read_group(read)
    return {
        **(_read_needed(read) if is_action else {"needed": [], "covered": {}}),
        "for_uri": group,
        "goal_id": read.text("goal", 16) if is_action and group else "",
        "in_charge": read.text("inCharge", 120),
        **_read_outcome(read),
    }


def _read_needed(read: Reader) -> Json:
    """What has no id of ours nobody could say to bring; an amount is told, or one."""
    found: dict[str, Json] = {}
    covered: dict[str, int] = {}
    for each in read.children("needed")[:MOST_NEEDED]:
        named, text = each.text("id", 16), each.text("text", LONGEST_NEEDED)
        if text and ID.fullmatch(named) and named not in found:
            found[named] = {"id": named, "text": text, "amount": each.integer("amount", 1, MOST_OF_ONE) or 1}
            covered[named] = each.integer("covered", 0, MOST_COVERED) or 0
    return {"needed": list(found.values()), "covered": {name: number for name, number in covered.items() if number}}


def _read_group(read: Reader) -> str:
    """The address of a group, which the gathering is not; what other programs may mean by the word is of no account."""
    try:
        address = read.uri("group", schemes=("https", "http"))
    except BadField:
        return ""
    return address if len(address) <= ADDRESS_LENGTH and address != read.id else ""


def _read_outcome(read: Reader) -> Json:
    """Words and a day without a state say nothing that is known here."""
    state = read.text("outcomeState", 20)
    if state not in Gathering.Outcome.values:
        return {"outcome": "", "outcome_note": "", "outcome_on": None}
    return {
        "outcome": state,
        "outcome_note": read.text("outcome", 2000, lines=True),
        "outcome_on": read.day("outcomeOn"),
    }
