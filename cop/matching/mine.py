"""What the pages of matches show: one of them with both its sides, and all that somebody has a part in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from cop.access import commitments_of
from cop.models import Commitment, Match, Participant

if TYPE_CHECKING:
    from federation.models import Actor

Stage, State = Commitment.Stage, Match.State

STEPS = [(state.value, state.label) for state in (*Match.OPEN, State.DONE, State.THANKED)]
CLOSED = (Stage.DONE, Stage.THANKED)  # this side has said that it is done
MOST_SHOWN = 200


@dataclass
class BothSides:
    """A match as one of the two sees it; who answers for both sides sees it first as the one that is to act."""

    match: Match
    mine: list[Commitment]
    other: Commitment

    def mine_of(self, side: str) -> Commitment:
        """The side asked for, where the reader answers for it, else the first that they answer for."""
        return next((each for each in self.mine if each.side == side), self.mine[0])

    @property
    def first(self) -> Commitment:
        return self.mine[0]

    @property
    def sides(self) -> list[Commitment]:
        """The one that has the need first."""
        return sorted([self.first, self.other], key=lambda each: each.side)

    @property
    def may_reach(self) -> bool:
        """Whether each sees how to reach the other."""
        return self.match.state in Match.BOTH_AGREED

    @property
    def draft(self) -> str:
        """Where what was learnt is written down for others: a page of know-how, begun with what both said, and with
        credit to both. Nothing of it is published before somebody does."""
        if self.first.stage not in CLOSED:
            return ""
        said = [each.outcome for each in self.sides if each.outcome]
        credit = " · ".join(each.actor.name for each in self.sides if each.actor.name)
        begun = {"title": self.match.title, "short_answer": self.first.outcome[:500], "body": "\n\n".join(said)}
        begun |= {"credit": credit[:300]}
        return f"/know-how/new?{urlencode({name: text for name, text in begun.items() if text})}"

    @property
    def steps(self) -> list[str]:
        """What the reader's side can do now, the next one first; slugs of pages."""
        return steps_of(self.match, self.first)


def steps_of(match: Match, mine: Commitment) -> list[str]:
    if match.state in Match.PARTED:
        return []
    if mine.stage == Stage.ASKED:
        return ["agreeing", "declining"]
    if match.state == State.PROPOSED:
        return ["ending"]
    if mine.stage in CLOSED:
        return ["thanking", "noting"] if mine.stage == Stage.DONE else ["noting"]
    if match.state in (State.DONE, State.THANKED):
        return ["thanking", "finishing", "noting"]
    begun = ["starting"] if match.state == State.AGREED else []
    return [*begun, "finishing", "noting", "ending"]


def both_sides(match: Match, person: Actor) -> BothSides:
    """Three queries."""
    both = list(match.commitments.select_related("actor__node").order_by("side"))
    held = set(commitments_of(person).filter(match=match).values_list("pk", flat=True))
    mine = sorted((each for each in both if each.pk in held), key=lambda each: each.stage != Stage.ASKED)
    return BothSides(match, mine, next(each for each in both if each.pk != mine[0].pk))


class Section(NamedTuple):
    title: str
    matches: list[Match]


def sections_of(person: Actor) -> list[Section]:
    """Those that wait for an answer of this person's first, then what goes on, then what has ended; each match with
    `other`, the side that is not theirs. A fixed number of queries."""
    blocked = Participant.objects.filter(actor__node__blocked_at__isnull=False).values("conversation")
    rows = Match.objects.filter(commitments__in=commitments_of(person)).exclude(conversation__in=blocked).distinct()
    with_both = Prefetch("commitments", Commitment.objects.select_related("actor__node"))
    listed = list(rows.prefetch_related(with_both).order_by("-moved_at")[:MOST_SHOWN])
    mine = set(commitments_of(person).filter(match__in=listed).values_list("pk", flat=True))
    found: dict[str, list[Match]] = {"waits": [], "goes": [], "over": []}
    for match in listed:
        both = sorted(match.commitments.all(), key=lambda each: (each.pk not in mine, each.stage != Stage.ASKED))
        match.other = both[1]  # type: ignore[attr-defined]
        waits = both[0].stage == Stage.ASKED and match.is_open
        found["waits" if waits else "goes" if match.is_open or not _is_closed(match, both[0]) else "over"].append(match)
    titles = {"waits": _("Waits for your answer"), "goes": _("Going on"), "over": _("Done, or ended")}
    return [Section(titles[name], matches) for name, matches in found.items() if matches]


def _is_closed(match: Match, mine: Commitment) -> bool:
    return match.state in Match.PARTED or mine.stage == Stage.THANKED
