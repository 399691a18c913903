"""Proposing that a need and an offer meet, answering, working together, closing and thanking.

Each side writes its own Commitment and nothing else; what the other side's node is told is in `cop.federated.matches`.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from cop.access import NotAllowed, answers_for, name_of, people_answering, require_speaking
from cop.actions.conversations import check_pace
from cop.federated import agreements
from cop.matching import stages
from cop.models import Commitment, Conversation, Match, Participant, Post
from cop.models.matches import NEED, OFFER
from cop.threads import title_of
from federation import identity, moderation, publishing, restrictions
from federation.models import Actor, AudienceKey
from journal import hold, record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from federation.models import Published

Stage = Commitment.Stage

MOST_PROPOSED = 30  # by one person in a day


class NotPossible(ValueError):
    """As the match stands now, this side cannot do that: somebody has done something meanwhile."""


class CannotBeAsked(ValueError):
    """Whoever published it is not asked here: it is one's own, of the node itself, or they keep apart."""


class TooMany(ValueError):
    """More proposals in a day than a person can mean."""


def propose_match(
    person: Actor, thing: Published, *, speaker: Actor, own: Published | None = None, side: str, said: Mapping[str, Any]
) -> Match:
    """Propose to whoever published `thing` that it and `own` (or just somebody's help) meet.

    `side` is the proposer's: "offer" where the thing is a need. `said` may hold `words`, `contact` (which nobody is
    sent before both have agreed) and `conflict`. While an earlier proposal for the same two is open, that is returned.
    Raises NotAllowed, CannotBeAsked, TooMany, moderation.Suspended.
    """
    require_speaking(person, speaker)
    moderation.require_not_suspended(speaker, person)
    if own is not None and own.actor_id != speaker.pk:
        raise NotAllowed("one can bring in what one has published oneself")
    _require_askable(person, speaker, thing)
    with transaction.atomic():
        hold(thing.uri)
        uris = {NEED: own.uri if own else "", OFFER: thing.uri} if side == NEED else _for_need(thing, own)
        held = _open_between(speaker, thing.actor, uris)
        if held is not None:
            return held
        _check_pace(person)
        match = _begin(person, speaker, side, thing, own, said)
        record("match.proposed", match.uri, actor=speaker.uri)
        agreements.offer(match)
    return match


def _for_need(thing: Published, own: Published | None) -> dict[str, str]:
    return {NEED: thing.uri, OFFER: own.uri if own else ""}


def agree(person: Actor, commitment: Commitment, *, contact: str = "", conflict: str = "", reply: str = "") -> Match:
    """Yes, to what the other side proposes; from now on both have each other's `contact`. Raises NotPossible."""
    return _say(person, commitment, "match.agreed", Stage.AGREED, contact=contact, conflict=conflict, reply=reply)


def decline(person: Actor, commitment: Commitment, *, reply: str = "") -> Match:
    """Not this time; a reason is welcome and not asked for. Raises NotPossible."""
    return _say(person, commitment, "match.declined", Stage.DECLINED, reply=reply)


def begin(person: Actor, commitment: Commitment) -> Match:
    return _say(person, commitment, "match.begun", Stage.UNDER_WAY)


def end(person: Actor, commitment: Commitment, *, reply: str = "") -> Match:
    """Go, without blame: also takes back a proposal that is not answered yet. Raises NotPossible."""
    return _say(person, commitment, "match.ended", Stage.ENDED, reply=reply)


def finish(person: Actor, commitment: Commitment, *, outcome: str, may_show: bool, hours: Decimal | None) -> Match:
    """It is done, as this side sees it, with its answer to the one question. Raises NotPossible."""
    said = {"outcome": outcome, "may_show": may_show, "hours": hours}
    return _say(person, commitment, "match.finished", Stage.DONE, **said)


def thank(person: Actor, commitment: Commitment, *, thanks: str, **closing: Any) -> Match:
    """Thanks with words, once either side has said that it is done; `closing` as `finish`, where this side has not said
    it yet. Raises NotPossible."""
    return _say(person, commitment, "match.thanked", Stage.THANKED, thanks=thanks, **closing)


def note(person: Actor, commitment: Commitment, *, hours: Decimal | None, contact: str, may_show: bool) -> Match:
    """Hours so far, how to reach this side now, and whether others may see what happened. Raises NotPossible."""
    return _say(person, commitment, "match.noted", "", hours=hours, contact=contact, may_show=may_show)


def write_in_match(person: Actor, commitment: Commitment, text: str, *, language: str = "", once: str = "") -> Post:
    """Words to the other side, in the name of this one. Raises NotAllowed, NotPossible."""
    with transaction.atomic():
        match, mine, _theirs = _held(person, commitment)
        if match.state in Match.PARTED:
            raise NotPossible("it has ended")
        check_pace(person)
        post = publishing.publish(
            Post,
            "posts",
            "post",
            speaker=mine.actor,
            author=person,
            audience=match.conversation.uri,
            once=once,
            about_uri=match.conversation.uri,
            text=text,
            signed=mine.actor.name[:120] or name_of(mine.actor),
            language=language,
        )
        now = timezone.now()
        Conversation.objects.filter(pk=match.conversation_id).update(last_at=now)
        Match.objects.filter(pk=match.pk).update(moved_at=now)
    return post


def receive_match(offer: agreements.Offered, thing: Published, *, proposer: Actor, offered_in: str) -> Match:
    """A proposal from another node about a thing of this one. Inside the receipt's transaction."""
    side = OFFER if offer.side == NEED else NEED
    columns = offer.columns | {f"{side}_uri": thing.uri, f"{side}_title": title_of(thing)[:200]}
    match = _new_match(offer.uri, offer.side, columns | {"offered_in": offered_in}, (proposer, thing.actor))
    theirs = Commitment(match=match, side=offer.side, uri=offer.commitment.uri, actor=proposer)
    agreements.write(theirs, offer.commitment, may_know=False)
    mine = Commitment(match=match, side=side, uri=_uri(match, side), actor=thing.actor, author=thing.author)
    mine.save()
    open_to_runners(match)
    record("match.proposed", match.uri, actor=proposer.uri, origin="peer")
    return match


def hear(commitment: Commitment, said: agreements.Said) -> str:
    """What the other side says of itself now. Inside the receipt's transaction; returns the outcome in a few words."""
    match = Match.objects.select_for_update().get(pk=commitment.match_id)
    theirs = Commitment.objects.select_related("actor__node").get(pk=commitment.pk)
    if said.version <= theirs.version:
        return f"version {theirs.version} of it is known already"
    if not stages.can_go(theirs.stage, said.stage):
        raise agreements.Backwards(f"state: expected what can follow {theirs.stage}, got {said.stage!r}")
    mine = match.commitments.select_related("actor").exclude(pk=theirs.pk).get()
    before, happened = match.state, _happened(theirs.stage, said.stage)
    agreements.write(theirs, said, may_know=stages.state_of(mine.stage, said.stage) in Match.BOTH_AGREED)
    _settle(match)
    record(happened, match.uri, actor=theirs.actor.uri, origin="peer")
    if before == Match.State.PROPOSED and match.state in Match.BOTH_AGREED and mine.contact:
        # Their yes has come: now, and not before, they are told how to reach us.
        mine.version += 1
        mine.save(update_fields=["version"])
        agreements.tell(match, mine)
    return f"match: {match.state}"


def open_to_runners(match: Match) -> None:
    """Those of ours who answer for a side now read its conversation, and nobody else."""
    audience = match.conversation.uri
    wanted = {actor.pk for each in match.commitments.all() for actor in people_answering(each)}
    AudienceKey.objects.filter(audience=audience).exclude(actor__in=wanted).delete()
    keys = (AudienceKey(actor_id=pk, audience=audience) for pk in sorted(wanted))
    AudienceKey.objects.bulk_create(keys, ignore_conflicts=True)


def _say(person: Actor, commitment: Commitment, happened: str, stage: str, **said: Any) -> Match:
    """This side goes on to `stage` (or stays, where that is empty) and says so."""
    with transaction.atomic():
        match, mine, theirs = _held(person, commitment)
        _require_next(match, mine, stage)
        for name, value in said.items():
            setattr(mine, name, value)
        answers = mine.version == 0
        mine.stage = stage or mine.stage
        mine.version, mine.author, mine.changed_at = mine.version + 1, person, timezone.now()
        mine.save()
        _settle(match)
        open_to_runners(match)
        record(happened, match.uri, actor=mine.actor.uri)
        if not theirs.is_ours:
            agreements.answer(match, mine) if answers else agreements.tell(match, mine)
    return match


def _require_next(match: Match, mine: Commitment, stage: str) -> None:
    """Whether this side can do it as things stand. Raises NotPossible."""
    closed = match.state in Match.PARTED
    early = match.state == Match.State.PROPOSED
    if closed or (stage and stage != mine.stage and not stages.can_go(mine.stage, stage)):
        raise NotPossible(f"{mine.stage} cannot become {stage or 'another'} while the match is {match.state}")
    if early and stage not in (Stage.AGREED, Stage.DECLINED, Stage.ENDED):
        raise NotPossible("the other side has not agreed yet")
    if stage == Stage.THANKED and match.state not in (Match.State.DONE, Match.State.THANKED):
        raise NotPossible("nobody has said yet that it is done")


def _held(person: Actor, commitment: Commitment) -> tuple[Match, Commitment, Commitment]:
    """The match as it is now, locked until the action ends; this side and the other. Raises NotAllowed."""
    match = Match.objects.select_for_update(of=("self",)).select_related("conversation").get(pk=commitment.match_id)
    both = list(match.commitments.select_related("actor__node"))
    mine = next(each for each in both if each.pk == commitment.pk)
    if not answers_for(person, mine):
        raise NotAllowed("only those who answer for this side can do that")
    moderation.require_not_suspended(mine.actor, person)
    return match, mine, next(each for each in both if each.pk != mine.pk)


def _settle(match: Match) -> None:
    """The state follows from what both sides say. Of who part, nobody keeps how to reach the other."""
    both = list(match.commitments.values_list("stage", flat=True))
    match.state, match.moved_at, match.reminded_at = stages.state_of(*both), timezone.now(), None
    match.save(update_fields=["state", "moved_at", "reminded_at"])
    if match.state in Match.PARTED:
        match.commitments.exclude(contact="").update(contact="")


def _happened(before: str, after: str) -> str:
    if before == after:
        return "match.noted"
    return {
        Stage.AGREED: "match.agreed",
        Stage.DECLINED: "match.declined",
        Stage.UNDER_WAY: "match.begun",
        Stage.DONE: "match.finished",
        Stage.THANKED: "match.thanked",
        Stage.ENDED: "match.ended",
    }[Stage(after)]


def _begin(
    person: Actor, speaker: Actor, side: str, thing: Published, own: Published | None, said: Mapping[str, Any]
) -> Match:
    need, offer = (own, thing) if side == NEED else (thing, own)
    columns = {
        "need_uri": need.uri if need else "",
        "need_title": title_of(need)[:200] if need else "",
        "offer_uri": offer.uri if offer else "",
        "offer_title": title_of(offer)[:200] if offer else "",
        "words": said.get("words", ""),
        "language": said.get("language", ""),
    }
    match = _new_match("", side, columns, (speaker, thing.actor))
    mine = {"contact": said.get("contact", ""), "conflict": said.get("conflict", "")}
    for each, actor, author, more in (
        (side, speaker, person, {"stage": Stage.AGREED, "version": 1, **mine}),
        (OFFER if side == NEED else NEED, thing.actor, thing.author, {}),
    ):
        uri = _uri(match, each) if actor.is_ours else f"{match.uri}#{each}"
        Commitment.objects.create(match=match, side=each, uri=uri, actor=actor, author=author, **more)
    open_to_runners(match)
    return match


def _new_match(uri: str, side: str, columns: Mapping[str, Any], both: tuple[Actor, Actor]) -> Match:
    public_id = identity.new_public_id()
    conversation = Conversation.objects.create(public_id=identity.new_public_id(), pair=f"match-{public_id}")
    Participant.objects.bulk_create(Participant(conversation=conversation, actor=actor) for actor in both)
    uri = uri or identity.new_uri("matches", public_id)
    return Match.objects.create(uri=uri, public_id=public_id, proposed_by=side, conversation=conversation, **columns)


def _uri(match: Match, side: str) -> str:
    """The name of a commitment of ours: on this node, also where the match was proposed on another."""
    return f"{settings.ORIGIN}{match.get_absolute_url()}#{side}"


def _open_between(speaker: Actor, asked: Actor, uris: Mapping[str, str]) -> Match | None:
    rows = Match.objects.filter(need_uri=uris[NEED], offer_uri=uris[OFFER], state__in=Match.OPEN)
    return rows.filter(commitments__actor=speaker).filter(commitments__actor=asked).order_by("pk").first()


def _require_askable(person: Actor, speaker: Actor, thing: Published) -> None:
    asked = thing.actor
    if asked.pk in (speaker.pk, person.pk) or asked.type == Actor.Type.APPLICATION:
        raise CannotBeAsked("it is one's own, or of the node itself")
    behind = [asked, *([thing.author] if thing.author is not None else [])]
    apart = any(restrictions.keep_apart(one, other) for one in (person, speaker) for other in behind)
    if apart or restrictions.is_suspended(asked):
        raise CannotBeAsked("they cannot be asked")


def _check_pace(person: Actor) -> None:
    since = timezone.now() - dt.timedelta(days=1)
    mine = Commitment.objects.filter(author=person, match__started_at__gte=since)
    if mine.filter(side=F("match__proposed_by")).count() >= MOST_PROPOSED:
        raise TooMany(f"{MOST_PROPOSED} proposals in a day")
