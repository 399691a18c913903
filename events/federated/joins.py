"""Join, Leave and the answers to them, between the node of a gathering and the nodes of those who come."""

from __future__ import annotations

import json

from events.actions.attendance import CannotCome, answer_join, answered_by_their_node, attend, bring, leave
from events.models import Attendee, Gathering
from events.models.gatherings import MOST_NEEDED, MOST_OF_ONE
from federation.inbound.verbs import Incoming, Refused, verb
from federation.models import Document
from federation.reader import Reader


@verb("Join", kind="gathering")
def join(incoming: Incoming) -> str:
    """Somebody on another node wants to come. Everybody gets an answer, also when asking twice: ours may be lost."""
    gathering: Gathering = incoming.target
    if not gathering.is_ours:
        raise Refused("object: expected a gathering of this node")
    read = Reader(incoming.activity)
    name = read.text("name", 120) or incoming.actor.name[:120]
    message = read.text("participationMessage", 500)
    brings = _read_brings(read)
    try:
        attendee = attend(incoming.actor, gathering, name=name, message=message, join_uri=incoming.uri, brings=brings)
    except CannotCome as no:
        return _answer_again(incoming, gathering, no.reason)
    return f"join: {attendee.state}"


def _read_brings(read: Reader) -> dict[str, int]:
    """How many of what, by its id among what is needed; a thing named twice counts once. Raises BadField."""
    found: dict[str, int] = {}
    for each in read.children("brings", MOST_NEEDED):
        found.setdefault(each.text("id", 16), each.integer("amount", 0, MOST_OF_ONE) or 0)
    return found


def _answer_again(incoming: Incoming, gathering: Gathering, reason: str) -> str:
    """FEP-8a8e: Ignore where people sign up elsewhere; Reject, with the reason, where nobody can come."""
    if reason == CannotCome.GONE:
        raise Refused("object: expected a gathering of this node")
    if reason == CannotCome.ALREADY:
        return _repeat(incoming, gathering)
    answer = "Ignore" if reason == CannotCome.ELSEWHERE else "Reject"
    answer_join(gathering, incoming.actor, incoming.uri, answer, state=reason)
    return f"join refused: {reason}"


def _repeat(incoming: Incoming, gathering: Gathering) -> str:
    attendee = gathering.attendees.get(actor=incoming.actor)
    Attendee.objects.filter(pk=attendee.pk).update(join_uri=incoming.uri)
    if "brings" in incoming.activity:  # whoever says nothing of it brings what they said before
        bring(incoming.actor, gathering, _read_brings(Reader(incoming.activity)))
    if attendee.state == Attendee.State.COMING:
        answer_join(gathering, incoming.actor, incoming.uri, "Accept")
    return f"join again: {attendee.state}"


@verb("Leave", kind="gathering")
def depart(incoming: Incoming) -> str:
    gathering: Gathering = incoming.target
    if not gathering.is_ours:
        raise Refused("object: expected a gathering of this node")
    leave(incoming.actor, gathering)
    return "left"


@verb("Undo", of="Join", kind="gathering")
def take_back(incoming: Incoming) -> str:
    """Only whoever sent the Join can take it back."""
    if incoming.inner is not None and incoming.inner.get("actor") not in {None, incoming.actor.uri}:
        raise Refused("object: expected a Join of your own")
    return depart(incoming)


@verb("Accept", of="Join", kind="gathering")
def accepted(incoming: Incoming) -> str:
    answered_by_their_node(_asked_by_us(incoming), accepted=True)
    return "one of our people has a place"


@verb("Reject", of="Join", kind="gathering")
def refused(incoming: Incoming) -> str:
    full = incoming.activity.get("state") == CannotCome.FULL
    answered_by_their_node(_asked_by_us(incoming), accepted=False, full=full)
    return "one of our people was refused"


def _asked_by_us(incoming: Incoming) -> Attendee:
    """Only the organisers can answer, and only what one of our people asked."""
    join = incoming.inner or {}
    gathering: Gathering = incoming.target
    attendee = (
        Attendee.objects.select_for_update(of=("self",))
        .select_related("gathering__actor", "actor")
        .filter(gathering=gathering, actor__uri=str(join.get("actor")), actor__node__isnull=True)
        .exclude(join_uri="")
        .first()
    )
    if attendee is None or attendee.join_uri != join.get("id") or not _organises(incoming.actor.uri, gathering):
        raise Refused("object: expected a Join that one of our people sent to you")
    return attendee


def _organises(uri: str, gathering: Gathering) -> bool:
    """The owner; on Mobilizon the group owns the event and the person named in its `actor` answers."""
    if gathering.is_ours:
        return False
    if uri == gathering.actor.uri:
        return True
    held = Document.objects.filter(uri=gathering.uri, node=gathering.node).values_list("raw", flat=True).first()
    return bool(held) and json.loads(held).get("actor") == uri
