"""Proposing a version of a mandate, saying what one thinks of it, answering objections, writing down that it holds."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from cop.access import NotAllowed, is_steward, name_of, require_edit, require_speaking
from cop.mandates.reading import Mandate, mandate_of
from cop.mandates.states import Standing, State
from cop.models import Consent, Group, MandateVersion, Member, Result
from cop.models.mandates import MOST_NUMBER
from federation import audiences, publishing
from federation.models import Actor
from journal import hold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Stance = Consent.Stance

ROUND = dt.timedelta(days=14)


class NotNow(ValueError):
    """As the version stands now, that cannot be said or done."""


def propose_version(
    person: Actor,
    speaker: Actor,
    group: Group,
    *,
    parties: Sequence[Mapping[str, str]] = (),
    once: str = "",
    audience: str = "",
    **fields: Any,
) -> MandateVersion:
    """A first mandate, or another version of one, in the name of the group, of a ship of the flotilla, or of a body
    that signs with it.

    `parties` are the other bodies that are to sign. By proposing a body consents: so its stewards do, for what it is to
    sign with others. Raises NotAllowed, NotNow.
    """
    require_speaking(person, speaker)
    _require_not_dissolved(group)
    with transaction.atomic():
        mandate = mandate_of(group, person)
        if speaker.uri not in mandate.parties:
            raise NotAllowed("the group itself and the bodies that sign with it propose its mandate")
        before = mandate.current or next(iter(mandate.versions), None)
        signing = _signing(group, speaker, parties)
        if len(signing) > 1 or group.is_flotilla:
            _require_signing(person, speaker)
        # Whoever is bound by what is in force has to read what would take its place.
        is_shared = len(signing) > 1 or group.is_flotilla or (before is not None and before.version.is_shared)
        return publishing.publish(
            MandateVersion,
            "mandates",
            "mandate",
            speaker=speaker,
            author=person,
            audience=audiences.PUBLIC if is_shared else audience or str(group.audience),
            once=once,
            about_uri=group.uri,
            number=min(MOST_NUMBER, 1 + max((each.version.number for each in mandate.versions), default=0)),
            supersedes=before.version.uri if before is not None else "",
            parties=signing,
            round_ends=timezone.now() + ROUND,
            **fields,
        )


def _signing(group: Group, speaker: Actor, parties: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """The group first, then who proposes, then the others; each once. A flotilla is its ships, and does not sign."""
    named = {each["uri"]: dict(each) for each in parties}
    own = {"uri": group.uri, "name": group.name, "role": "community"}
    first = {} if group.is_flotilla else {group.uri: named.get(group.uri, own)}
    if speaker.uri not in named and speaker.uri != group.uri:
        role = "community" if group.is_flotilla else "other"
        named = {speaker.uri: {"uri": speaker.uri, "name": speaker.name, "role": role}} | named
    return list((first | named).values())


def _require_not_dissolved(group: Group) -> None:
    if group.dissolved_at is not None:
        raise NotNow("the flotilla was dissolved")


def withdraw_version(person: Actor, version: MandateVersion) -> MandateVersion:
    """Take a proposal back. What is in force stays: it is replaced by another version, or left. Raises NotNow."""
    require_edit(person, version)
    with transaction.atomic():
        if _standing(person, version)[1].state not in (State.PROPOSED, State.OBJECTED):
            raise NotNow("it has been agreed on")
        return publishing.withdraw(version, "mandate", by=person)


def give_stance(
    person: Actor, version: MandateVersion, stance: Stance, words: str = "", *, speaker: Actor | None = None
) -> Consent:
    """What a body says to a version, by its stewards, or what a member of the group says. Said again, it replaces what
    was said before. Raises NotAllowed, NotNow."""
    with transaction.atomic():
        hold(version.uri)  # so that of two forms sent at once the second finds what the first has said
        group, standing = _standing(person, version)
        who = _voice(person, group, standing, speaker)
        if stance == Stance.LEFT:
            if standing.state not in (State.IN_FORCE, State.LAPSED) or standing.stance_of(who.uri) != Stance.CONSENT:
                raise NotNow("only what one has agreed to and is in force can be left")
        elif standing.state not in (State.PROPOSED, State.OBJECTED):
            raise NotNow("it is decided already")
        held = Consent.objects.filter(version_uri=version.uri, actor=who, withdrawn_at__isnull=True).first()
        if held is not None:
            return publishing.change(held, "consent", by=person, stance=stance, words=words)
        return publishing.publish(
            Consent,
            "consents",
            "consent",
            speaker=who,
            author=person,
            audience=version.audience if who != person else group.members_audience,
            version_uri=version.uri,
            stance=stance,
            words=words,
            signed=who.name[:120] or name_of(who)[:120],
            language=version.language,
        )


def leave_all(person: Actor, group_uri: str, speaker: Actor) -> None:
    """A body goes: it leaves what it has signed, and what is being decided goes on without it. Inside a transaction."""
    group = Group.objects.select_related("actor", "node").filter(uri=group_uri).first()
    if group is None:
        return
    for standing in mandate_of(group, person).versions:
        is_open = standing.state in (State.PROPOSED, State.OBJECTED)
        stands = standing.state in (State.IN_FORCE, State.LAPSED)
        is_bound = stands and standing.stance_of(speaker.uri) == Stance.CONSENT
        if speaker.uri in standing.voices and (is_open or is_bound):
            give_stance(person, standing.version, Stance.ASIDE if is_open else Stance.LEFT, speaker=speaker)


def answer_objection(person: Actor, version: MandateVersion, objection: Consent, words: str) -> MandateVersion:
    """What the proposer says to an objection; it stands until who objects lifts it, or another version takes it up.
    Raises NotAllowed, NotNow."""
    require_edit(person, version)
    with transaction.atomic():
        held = MandateVersion.objects.select_for_update().get(pk=version.pk)
        if objection.version_uri != held.uri or objection.stance != Stance.OBJECT:
            raise NotNow("nobody objects there any more")
        answers = {**held.answers, objection.uri: words}
        return publishing.change(held, "mandate", by=person, answers=answers)


def adopt_version(steward: Actor, version: MandateVersion) -> MandateVersion:
    """The stewards of the one group whose mandate it is write down that its members consented: once all have, or the
    round is over, and while nobody objects. Raises NotAllowed, NotNow."""
    with transaction.atomic():
        group, standing = _standing(steward, version)
        if not looks_after(steward, group, version):
            raise NotAllowed("only the stewards of the group can do this, where it alone is bound")
        if not is_agreed_inside(group, standing):
            raise NotNow("somebody objects, or has not said anything and the round is not over")
        return publishing.change(version, "mandate", by=steward, adopted_at=timezone.now())


def looks_after(person: Actor, group: Group, version: MandateVersion) -> bool:
    """Whether somebody is a steward of the one group of ours that the version binds."""
    return not version.is_shared and group.is_ours and is_steward(person, group)


def is_agreed_inside(group: Group, standing: Standing) -> bool:
    """Nobody of the group objects, and all have consented or the round is over."""
    return standing.state == State.PROPOSED and (_is_over(standing.version) or _all_consented(group, standing))


def _is_over(version: MandateVersion) -> bool:
    return version.round_ends is not None and version.round_ends <= timezone.now()


def _all_consented(group: Group, standing: Standing) -> bool:
    """Whether every member of a group of ours has consented or stands aside; who proposed it has."""
    inside = set(Member.objects.filter(group=group, state=Member.State.JOINED).values_list("actor__uri", flat=True))
    author = standing.version.author
    said = {uri for uri, each in standing.by_uri.items() if each.stance in (Stance.CONSENT, Stance.ASIDE)}
    return inside <= said | ({author.uri} if author is not None else set())


def tell_result(person: Actor, speaker: Actor, group: Group, goal_id: str, *, once: str = "", **fields: Any) -> Result:
    """What the group, or a body that signs with it, has reached towards a goal. Raises NotAllowed, NotNow."""
    require_speaking(person, speaker)
    _require_not_dissolved(group)
    with transaction.atomic():
        mandate = mandate_of(group, person)
        if speaker.uri not in mandate.parties:
            raise NotAllowed("the group itself and the bodies that sign with it tell what they reached")
        if mandate.current is None or goal_id not in {goal["id"] for goal in mandate.current.version.goals}:
            raise NotNow("there is no such goal in what is in force")
        return publishing.publish(
            Result,
            "results",
            "result",
            speaker=speaker,
            author=person,
            audience=mandate.current.version.audience,
            once=once,
            about_uri=group.uri,
            goal_id=goal_id,
            **fields,
        )


def withdraw_result(person: Actor, result: Result) -> Result:
    require_edit(person, result)
    with transaction.atomic():
        return publishing.withdraw(result, "result", by=person)


def _standing(person: Actor, version: MandateVersion) -> tuple[Group, Standing]:
    group = Group.objects.select_related("actor", "node").filter(uri=version.about_uri).first()
    if group is None:
        raise NotAllowed("the group whose mandate it is, is not known here")
    mandate: Mandate = mandate_of(group, person)
    return group, mandate.standing_of(version)


def _voice(person: Actor, group: Group, standing: Standing, speaker: Actor | None) -> Actor:
    """Whose word it is: a body's, said by a steward of it; or a member's own."""
    if speaker is None or speaker == person:
        inside = Member.objects.filter(group=group, actor=person, state=Member.State.JOINED)
        if standing.version.is_shared or not inside.exists():
            raise NotAllowed("the members of the group, or the bodies that are to sign it, decide about its mandate")
        return person
    if speaker.uri not in standing.voices:
        raise NotAllowed("the bodies that are to sign it decide about it")
    _require_signing(person, speaker)
    return speaker


def may_sign(person: Actor, speaker: Actor) -> bool:
    """Whether somebody can bind a body of this node to others."""
    body = Group.objects.ours().filter(actor=speaker).first()
    return body is not None and is_steward(person, body)


def _require_signing(person: Actor, speaker: Actor) -> None:
    if not may_sign(person, speaker):
        raise NotAllowed("the stewards of a body say what it consents to")
