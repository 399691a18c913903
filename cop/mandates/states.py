"""Whether a version of a mandate is in force: the same on every node that holds the same versions and consents.

No vote binds a body without its own act. A version that several bodies sign is in force once each of them has
consented, stood aside, or left after it; an open objection holds it up, however many consent. The mandate of one group
is in force once its stewards wrote down that its members consented, which they can only while nobody objects.
Nor is anybody dropped without their own act: while a version is in force, whoever has signed it has to say something to
the version that would take its place, named in it or not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from cop.models.mandates import Consent
from federation import audiences

if TYPE_CHECKING:
    from cop.models.mandates import MandateVersion

Stance = Consent.Stance


class State(StrEnum):
    PROPOSED = "proposed"  # somebody has not said anything yet
    OBJECTED = "objected"  # somebody objects
    IN_FORCE = "in-force"
    LAPSED = "lapsed"  # it was in force, and is past its review or end
    REPLACED = "replaced"  # a later version is in force
    WITHDRAWN = "withdrawn"


@dataclass
class Standing:
    """A version with what is said to it. `by_uri` are the stances of those whose word counts; `bound` are bodies that
    it does not name, and that have signed what it would take the place of."""

    version: MandateVersion
    state: State = State.PROPOSED
    by_uri: dict[str, Consent] = field(default_factory=dict)
    bound: list[Mapping[str, str]] = field(default_factory=list)

    @property
    def bodies(self) -> list[Mapping[str, str]]:
        """All whose word it needs."""
        return [*self.version.parties, *self.bound]

    @property
    def voices(self) -> list[str]:
        """The bodies that say something to it: of the mandate of one group, its members do instead of the group."""
        return [each["uri"] for each in (self.bodies if self.version.is_shared else self.bound)]

    @property
    def objections(self) -> list[Consent]:
        return [each for each in self.by_uri.values() if each.stance == Stance.OBJECT]

    @property
    def unanswered(self) -> list[Consent]:
        return [each for each in self.objections if each.uri not in self.version.answers]

    @property
    def waiting(self) -> list[Mapping[str, str]]:
        """The bodies that have not said anything yet."""
        said = {*self.by_uri, self.version.actor.uri}
        return [body for body in self.bodies if body["uri"] not in said]

    def stance_of(self, uri: str) -> str:
        """What a body says; who proposed it has consented until it says otherwise."""
        if uri in self.by_uri:
            return self.by_uri[uri].stance
        return Stance.CONSENT if uri == self.version.actor.uri else ""

    @property
    def signed_by(self) -> list[Mapping[str, str]]:
        return [party for party in self.version.parties if self.stance_of(party["uri"]) == Stance.CONSENT]


def standings(versions: Iterable[MandateVersion], consents: Iterable[Consent], today: dt.date) -> list[Standing]:
    """All versions of one mandate, the newest first, each with its state on that day."""
    said: dict[str, dict[str, Consent]] = {}
    for consent in consents:
        if consent.withdrawn_at is None:
            said.setdefault(consent.version_uri, {})[consent.actor.uri] = consent
    # By number, whatever their clocks say; nobody gains by a high one, as all who sign have to consent to it.
    found: list[Standing] = []
    signers: list[Mapping[str, str]] = []
    for version in sorted(versions, key=lambda each: (each.number, each.published_at, each.uri)):
        standing = Standing(version, bound=[body for body in signers if body["uri"] not in version.party_uris])
        standing.by_uri = _counted(standing, said.get(version.uri, {}))
        if version.withdrawn_at is None and _is_agreed(standing):
            signers = [] if _is_past(version, today) else standing.signed_by
        found.insert(0, standing)
    is_replaced = False
    for standing in found:
        standing.state = _state(standing, today, is_replaced=is_replaced)
        is_replaced = is_replaced or standing.state in (State.IN_FORCE, State.LAPSED)
    return found


def _counted(standing: Standing, said: Mapping[str, Consent]) -> dict[str, Consent]:
    """Of a version that bodies sign, theirs alone; else also what members say, which they say to the members."""
    voices, inside = standing.voices, audiences.of_group(standing.version.about_uri)
    is_shared = standing.version.is_shared
    return {uri: each for uri, each in said.items() if uri in voices or (not is_shared and each.audience == inside)}


def _state(standing: Standing, today: dt.date, *, is_replaced: bool) -> State:
    version = standing.version
    if version.withdrawn_at is not None:
        return State.WITHDRAWN
    if not _is_agreed(standing):
        return State.REPLACED if is_replaced else State.OBJECTED if standing.objections else State.PROPOSED
    if is_replaced:
        return State.REPLACED
    return State.LAPSED if _is_past(version, today) else State.IN_FORCE


def _is_past(version: MandateVersion, today: dt.date) -> bool:
    last = [day for day in (version.review_on, version.ends_on) if day is not None]
    return bool(last) and today > min(last)


def _is_agreed(standing: Standing) -> bool:
    version = standing.version
    settled = {Stance.CONSENT, Stance.ASIDE, Stance.LEFT}
    if any(standing.stance_of(body["uri"]) not in settled for body in standing.bound):
        return False
    if not version.is_shared:
        return version.adopted_at is not None
    stances = [standing.stance_of(uri) for uri in version.party_uris]
    return all(each in settled for each in stances) and any(each != Stance.ASIDE for each in stances)


def current(found: Sequence[Standing]) -> Standing | None:
    """The version in force, or the last one that was; None before there is any."""
    return next((each for each in found if each.state in (State.IN_FORCE, State.LAPSED)), None)


def proposed(found: Sequence[Standing]) -> list[Standing]:
    """Those on which people still decide, the newest first."""
    return [each for each in found if each.state in (State.PROPOSED, State.OBJECTED)]
