"""How a match travels: FEP-0837's Offer of an Agreement, its Accept or Reject, then each side's own Commitment.

Every message holds all that its side says by then, with a version, and is addressed to the other side alone. Whatever
is lost, late or said twice, the newest one counts, and only its own side ever writes it. `contact` is in none before
both have agreed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from cop.models import Commitment, Match
from cop.models.matches import LONGEST_WORDS, NEED, OFFER
from federation import identity
from federation.outbound.say import say
from federation.reader import BadField
from federation.values import write_instant
from frontend.text import plain, render_markdown

if TYPE_CHECKING:
    from decimal import Decimal

    from federation.models import Actor
    from federation.reader import Reader

Json = dict[str, Any]
Stage = Commitment.Stage

MOST_HOURS = 99_999
HOUR = "hour"


class Backwards(ValueError):
    """A side that says it is where it cannot have come from where it was."""


@dataclass(frozen=True)
class Said:
    """What one side says of a match, read and bounded."""

    uri: str
    version: int
    stage: str
    hours: Decimal | None = None
    contact: str = ""
    conflict: str = ""
    reply: str = ""
    outcome: str = ""
    thanks: str = ""
    may_show: bool = False


@dataclass(frozen=True)
class Offered:
    """A proposal from another node, of its `side`: who it comes from is known by its signature alone."""

    uri: str
    side: str
    columns: Json
    commitment: Said


# Saying


def offer(match: Match) -> None:
    """Propose it to the other side's node; nothing to do where that is this one. Inside a transaction; safe to say
    again: it is the same agreement, and the answer to either names it."""
    mine, theirs = _both(match, match.proposed_by)
    if theirs.is_ours:
        return
    agreement: Json = {
        "id": match.uri,
        "type": "Agreement",
        "attributedTo": mine.actor.uri,
        "content": str(render_markdown(match.words)),
        "source": {"content": match.words, "mediaType": "text/markdown"} if match.words else None,
        "inLanguage": match.language,
        "need": match.need_uri,
        "needTitle": match.need_title,
        "offer": match.offer_uri,
        "offerTitle": match.offer_title,
        "published": write_instant(match.started_at),
        "stipulates": document(match, mine),
    }
    activity = say(mine.actor, "Offer", _without_empty(agreement), [theirs.actor.inbox], to=[theirs.actor.uri])
    Match.objects.filter(pk=match.pk).update(offered_in=activity.uri)


def answer(match: Match, mine: Commitment) -> None:
    """Accept or Reject what the other side's node proposed, or take back what was proposed to it."""
    _mine, theirs = _both(match, mine.side)
    type_ = "Reject" if mine.stage == Stage.DECLINED else "Accept"
    proposal = {"id": match.offered_in, "type": "Offer", "actor": theirs.actor.uri, "object": match.uri}
    said = document(match, mine)
    say(mine.actor, type_, proposal, [theirs.actor.inbox], to=[theirs.actor.uri], about=match.uri, result=said)


def say_again(match: Match) -> None:
    """What this side said last, to a node that may have lost it: set back to an older copy, it would never know."""
    for mine in match.commitments.select_related("actor__node"):
        if mine.actor.is_ours and mine.version:
            theirs = _both(match, mine.side)[1]
            waits = match.proposed_by == mine.side and theirs.version == 0
            (offer(match) if waits else tell(match, mine))


def tell(match: Match, mine: Commitment) -> None:
    """How this side stands now. Inside a transaction; safe to say again."""
    _mine, theirs = _both(match, mine.side)
    if theirs.is_ours:
        return
    said = document(match, mine)
    say(mine.actor, "Update", said, [theirs.actor.inbox], to=[theirs.actor.uri], about=match.uri)


def document(match: Match, mine: Commitment) -> Json:
    """A Commitment of ours as the other side may have it. The one place that lets `contact` out."""
    asked = match.need_uri if mine.side == OFFER else match.offer_uri
    hours = None
    if mine.hours is not None:
        hours = {"hasUnit": HOUR, "hasNumericalValue": f"{mine.hours.normalize():f}"}
    return _without_empty(
        {
            "id": mine.uri,
            "type": "Commitment",
            "clauseOf": match.uri,
            "attributedTo": mine.actor.uri,
            "satisfies": f"{asked}#primary" if asked else None,
            "version": mine.version,
            "state": mine.stage,
            "effortQuantity": hours,
            "contact": mine.contact if match.state in Match.BOTH_AGREED else None,
            "conflictOfInterest": mine.conflict,
            "reply": mine.reply,
            "outcome": mine.outcome,
            "thanks": mine.thanks,
            "mayShow": mine.may_show or None,
            "updated": write_instant(mine.changed_at),
        }
    )


def _both(match: Match, side: str) -> tuple[Commitment, Commitment]:
    both = {each.side: each for each in match.commitments.select_related("actor__node")}
    return both[side], both[OFFER if side == NEED else NEED]


def _without_empty(doc: Json) -> Json:
    return {name: value for name, value in doc.items() if value not in (None, "", [], {})}


# Hearing


def read_offer(read: Reader, sender: Actor, asked_side: str) -> Offered:
    """The Agreement of an Offer to the side of ours that has the need, or can help. Raises BadField.

    Who speaks another dialect of FEP-0837 sends a Commitment without id, version and state: that is its first word.
    """
    uri = identity.fits("object.id", read.uri("id", required=True))
    if not identity.is_at(uri, identity.origin_of(sender.uri)):
        raise BadField("object.id", uri, f"an address on the server of {sender.uri}")
    side = NEED if asked_side == OFFER else OFFER
    source = read.child("source")
    plainly = plain(read.html("content", LONGEST_WORDS), LONGEST_WORDS)
    words = source.text("content", LONGEST_WORDS, lines=True) if source else plainly
    columns = {
        "words": words,
        "language": read.language()[:16],
        f"{side}_uri": identity.fits(f"object.{side}", read.uri(side)) if side in read else "",
        f"{side}_title": read.text(f"{side}Title", 200),
    }
    clause = read.child("stipulates")
    if clause is None:
        raise BadField("object.stipulates", read.data.get("stipulates"), "a Commitment")
    said = read_commitment(clause, sender, uri=f"{uri}#{clause.type}", stage=Stage.AGREED)
    if said.stage not in (Stage.AGREED, Stage.ENDED):
        raise BadField("object.stipulates.state", said.stage, "agreed, of whoever proposes")
    return Offered(uri, side, columns, said)


def read_commitment(read: Reader, sender: Actor, *, uri: str = "", stage: str = "") -> Said:
    """What one side says. `uri` and `stage` stand for what other programs leave out. Raises BadField."""
    named = read.uri("id") or uri
    if not named or not identity.is_at(identity.fits("id", named), identity.origin_of(sender.uri)):
        raise BadField(f"{read.path}.id", named, f"an address on the server of {sender.uri}")
    effort = read.child("effortQuantity")
    hours = effort.decimal("hasNumericalValue", 0, MOST_HOURS) if effort else None
    return Said(
        uri=named,
        version=read.integer("version", 1) or 1,
        stage=read.choice("state", [each for each in Stage.values if each != Stage.ASKED], stage or None),
        hours=hours,
        contact=read.text("contact", 500),
        conflict=read.text("conflictOfInterest", 500),
        reply=read.text("reply", LONGEST_WORDS, lines=True),
        outcome=read.text("outcome", LONGEST_WORDS, lines=True),
        thanks=read.text("thanks", LONGEST_WORDS, lines=True),
        may_show=read.boolean("mayShow"),
    )


def write(theirs: Commitment, said: Said, *, may_know: bool) -> None:
    """Keep what the other side says of itself; how to reach them only once both have agreed, whatever they sent."""
    theirs.uri, theirs.version, theirs.stage = said.uri, said.version, said.stage
    theirs.hours, theirs.conflict, theirs.reply = said.hours, said.conflict, said.reply
    theirs.outcome, theirs.thanks, theirs.may_show = said.outcome, said.thanks, said.may_show
    theirs.contact = said.contact if may_know else ""
    theirs.changed_at = timezone.now()
    theirs.save()
