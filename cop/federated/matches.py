"""What comes from the other side of a match: a proposal, its answer, and what they say after that."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from cop.actions import matches as actions
from cop.federated import agreements
from cop.models import Commitment, Expertise, Match, Place, Proposal
from cop.models.matches import NEED, OFFER
from federation import audiences, identity, restrictions, types
from federation.inbound.verbs import Incoming, Refused, id_of, verb
from federation.reader import Reader

if TYPE_CHECKING:
    from federation.models import Actor, Published

MOST_FROM_ONE = 30  # proposals of one actor elsewhere in a day, as of a person here
MOST_FROM_A_STRANGER = 5  # of all on one node that is no neighbour
SILENT = "not taken in"
"""What a stranger hears of everything that is not there for them, whatever the reason."""


@verb("Offer", of="Agreement")
def proposed(incoming: Incoming) -> str:
    """Somebody elsewhere would help with a need of ours, or take up an offer. Sent again, it is the same one."""
    read = _object(incoming)
    held = Match.objects.filter(uri=read.uri("id", required=True)).first()
    if held is not None:
        return _said_again(incoming, held, read)
    thing = _asked_for(incoming, read)
    side = NEED if isinstance(thing, Proposal) and thing.direction == NEED else OFFER
    offer = agreements.read_offer(read, incoming.actor, side)
    _check_pace(incoming)
    match = actions.receive_match(offer, thing, proposer=incoming.actor, offered_in=incoming.uri)
    return f"match: {match.state}"


@verb("Accept", of="Offer")
@verb("Reject", of="Offer")
def answered(incoming: Incoming) -> str:
    """By the side that was asked, and nobody else. Other programs send no Commitment of their own: then the word is
    all there is."""
    inner = incoming.inner or {}
    named = Q(offered_in=str(inner.get("id"))) | Q(uri=str(id_of(inner.get("object"))))
    match = Match.objects.filter(named).first()
    if match is None or not identity.is_ours(match.uri):
        raise Refused("object: expected an Offer that we sent to you")
    theirs = _commitment_of(incoming, match)
    stage = {"Accept": Commitment.Stage.AGREED, "Reject": Commitment.Stage.DECLINED}[str(incoming.activity["type"])]
    result = Reader(incoming.activity, "").child("result") or Reader({}, "result")
    said = agreements.read_commitment(result, incoming.actor, uri=f"{incoming.uri}#answer", stage=stage)
    return _heard(theirs, said)


@verb("Update", of="Commitment")
def went_on(incoming: Incoming) -> str:
    """How the other side stands now."""
    read = _object(incoming)
    match = Match.objects.filter(uri=read.uri("clauseOf", required=True)).first()
    if match is None:
        raise Refused("object.clauseOf: expected an agreement that we know")
    theirs = _commitment_of(incoming, match)
    return _heard(theirs, agreements.read_commitment(read, incoming.actor))


def _said_again(incoming: Incoming, match: Match, read: Reader) -> str:
    clause = read.child("stipulates")
    theirs = _commitment_of(incoming, match)
    if clause is None:
        return "match: known already"
    stage, uri = Commitment.Stage.AGREED, theirs.uri
    return _heard(theirs, agreements.read_commitment(clause, incoming.actor, uri=uri, stage=stage))


def _heard(theirs: Commitment, said: agreements.Said) -> str:
    try:
        return actions.hear(theirs, said)
    except agreements.Backwards as backwards:
        raise Refused(f"object.{backwards}") from backwards


def _commitment_of(incoming: Incoming, match: Match) -> Commitment:
    """The side that the sender speaks for."""
    theirs = match.commitments.select_related("actor").filter(actor=incoming.actor).first()
    if theirs is None:
        raise Refused("actor: expected one of the two whose match it is")
    return theirs


def _asked_for(incoming: Incoming, read: Reader) -> Published:
    """The thing of ours that the proposal is about: named, or what its Commitment satisfies. What the sender may not
    read, and who is not asked from there, is not there."""
    clause = read.child("stipulates")
    named = [read.uri(name) for name in (NEED, OFFER) if name in read]
    if clause is not None and "satisfies" in clause:
        named.insert(0, clause.uri("satisfies").partition("#")[0])
    for uri in named:
        found = types.locate(uri) if identity.is_ours(uri) else None
        if found is not None and _may_be_asked(incoming.actor, found[1]):
            return found[1]  # type: ignore[no-any-return]
    raise Refused(f"object: {SILENT}")


def _may_be_asked(sender: Actor, thing: Published) -> bool:
    if not isinstance(thing, Proposal | Expertise | Place) or thing.withdrawn_at is not None or not thing.is_ours:
        return False
    if thing.actor.type == thing.actor.Type.APPLICATION or thing.audience not in audiences.readable_by(sender):
        return False
    if restrictions.is_off_the_network(thing) or restrictions.is_hidden(thing.uri, thing.actor.uri):
        return False
    behind = [thing.actor, *([thing.author] if thing.author is not None else [])]
    return not any(restrictions.keep_apart(sender, each) for each in behind)


def _check_pace(incoming: Incoming) -> None:
    since = timezone.now() - dt.timedelta(days=1)
    lately = Commitment.objects.filter(match__started_at__gte=since, version__gt=0)
    if lately.filter(actor=incoming.actor).count() >= MOST_FROM_ONE:
        raise Refused(f"object: more than {MOST_FROM_ONE} proposals in a day")
    if not incoming.node.is_neighbour and lately.filter(actor__node=incoming.node).count() >= MOST_FROM_A_STRANGER:
        raise Refused(f"object: more than {MOST_FROM_A_STRANGER} proposals of a stranger's node in a day")


def _object(incoming: Incoming) -> Reader:
    obj = incoming.activity.get("object")
    if not isinstance(obj, dict):
        raise Refused("object: expected it whole, not by its address")
    return Reader(obj, "object")
