"""The mandate of a group as somebody may read it: its versions, who said what, and what was reached."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Case, Value, When
from django.utils import timezone

from cop.flotillas.aboard import aboard_of
from cop.mandates import states
from cop.mandates.states import Standing, State
from cop.models import Consent, MandateVersion, Result

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cop.models import Group, Ship
    from federation.models import Actor

MOST_VERSIONS = 60
MOST_RESULTS = 200


@dataclass
class Goal:
    """A goal of the version in force, with what was reached, newest first."""

    id: str
    text: str
    unit: str = ""
    target: Decimal | None = None
    results: list[Result] = field(default_factory=list)

    @property
    def reached(self) -> Decimal:
        """The sum of what was told with a number."""
        return sum((each.amount for each in self.results if each.amount is not None), Decimal(0))

    @property
    def percent(self) -> int | None:
        """Of the target; None without one."""
        if not self.target:
            return None
        return min(100, int(100 * self.reached / self.target))


@dataclass
class Mandate:
    """All there is to one mandate. `parties` are the addresses of the bodies whose word counts: the group itself, or
    the ships of a flotilla, and whom what is in force names. `ships` are those aboard of a flotilla, and `counted` are
    all whose results count: of a flotilla also of those that have left since."""

    group_uri: str
    versions: list[Standing]
    parties: set[str]
    ships: list[Ship] = field(default_factory=list)
    counted: set[str] = field(default_factory=set)

    @property
    def current(self) -> Standing | None:
        return states.current(self.versions)

    @property
    def proposed(self) -> list[Standing]:
        return states.proposed(self.versions)

    @property
    def goals(self) -> dict[str, str]:
        """The words of each goal of the version in force, by its id."""
        return {each["id"]: each["text"] for each in self.current.version.goals} if self.current is not None else {}

    @property
    def is_lapsed(self) -> bool:
        return self.current is not None and self.current.state == State.LAPSED

    def standing_of(self, version: MandateVersion) -> Standing:
        return next((each for each in self.versions if each.version.pk == version.pk), Standing(version))


def mandate_of(group: Group, reader: Actor | None) -> Mandate:
    """Without what was reached. Two queries, one where there is none; one more for a flotilla."""
    return mandates_of([group], reader)[group.uri]


def mandates_of(groups: Sequence[Group], reader: Actor | None) -> dict[str, Mandate]:
    """Of several groups, by the address of each, in as many queries as of one."""
    listed: dict[str, list[MandateVersion]] = {group.uri: [] for group in groups}
    rows = MandateVersion.objects.visible_to(reader).filter(about_uri__in=list(listed)).select_related("actor", "node")
    # What strangers say of a group, however much and however late, crowds out nothing of its own.
    own = {*listed, *(uri for group in groups if group.is_flotilla for uri in group.ships)}
    is_strange = Case(When(actor__uri__in=own, then=Value(0)), default=Value(1))
    for version in rows.order_by(is_strange, "-published_at")[: MOST_VERSIONS * len(listed)]:
        listed[version.about_uri].append(version)
    uris = [version.uri for versions in listed.values() for version in versions]
    said = list(Consent.objects.visible_to(reader).filter(version_uri__in=uris).select_related("actor", "node"))
    ships = aboard_of(groups, reader)
    return {group.uri: _mandate(group, listed[group.uri], said, ships.get(group.uri, [])) for group in groups}


def _mandate(group: Group, listed: list[MandateVersion], said: list[Consent], ships: list[Ship]) -> Mandate:
    # What a ship proposed stays when it has left: the flotilla had welcomed it.
    own = set(group.ships) if group.is_flotilla else {group.uri}
    found = _believed(group, own, listed, said)
    here = {ship.actor.uri for ship in ships} if group.is_flotilla else own
    parties = _parties(group.uri, here, found)
    return Mandate(group.uri, found, parties, ships, counted=own | parties)


def goals_of(mandate: Mandate, reader: Actor | None) -> list[Goal]:
    """What is to be reached by the version in force, and what was. One query."""
    if mandate.current is None:
        return []
    return _goals(mandate.current.version, _results(mandate.group_uri, mandate.counted, reader))


def _believed(group: Group, own: set[str], listed: list[MandateVersion], said: list[Consent]) -> list[Standing]:
    """The versions whose proposer is the group itself, or a ship of the flotilla, or a body that the group, or what is
    in force, names: anybody could publish a mandate for a group that they have nothing to do with. Of a flotilla also
    what a ship has signed: it stays signed, whoever proposed it and is put ashore since."""
    today, allowed = timezone.localdate(), own
    binding = [each for each in listed if _binds(each, group)]
    signed = _signed_by(own, said) if group.is_flotilla else set()
    while True:
        versions = [each for each in binding if each.actor.uri in allowed or each.uri in signed]
        found = states.standings(versions, said, today)
        more = allowed | _parties(group.uri, own, found)
        if more == allowed:
            return found
        allowed = more


def _signed_by(bodies: set[str], said: list[Consent]) -> set[str]:
    acts = (Consent.Stance.CONSENT, Consent.Stance.LEFT)
    return {each.version_uri for each in said if each.stance in acts and each.actor.uri in bodies}


def _binds(version: MandateVersion, group: Group) -> bool:
    """Nobody makes a mandate of a group without the group, and nobody proposes what they do not sign themselves; only
    the group itself writes down that its members have consented."""
    if not version.is_shared:
        return version.actor.uri == group.uri
    needed = {version.actor.uri} if group.is_flotilla else {version.actor.uri, group.uri}
    return needed <= set(version.party_uris)


def _parties(group_uri: str, own: set[str], found: Iterable[Standing]) -> set[str]:
    named = set(own)
    for standing in found:
        if standing.version.actor.uri == group_uri or standing.state in (State.IN_FORCE, State.LAPSED):
            named |= set(standing.version.party_uris)
    return named


def _results(group_uri: str, parties: set[str], reader: Actor | None) -> dict[str, list[Result]]:
    rows = Result.objects.visible_to(reader).filter(about_uri=group_uri, actor__uri__in=parties)
    found: dict[str, list[Result]] = {}
    for each in rows.select_related("actor", "node").order_by("-reached_on", "-pk")[:MOST_RESULTS]:
        found.setdefault(each.goal_id, []).append(each)
    return found


def _goals(version: MandateVersion, results: Mapping[str, list[Result]]) -> list[Goal]:
    return [
        Goal(
            each["id"],
            each["text"],
            each.get("unit", ""),
            Decimal(each["target"]) if each.get("target") else None,
            list(results.get(each["id"], ())),
        )
        for each in version.goals
    ]
