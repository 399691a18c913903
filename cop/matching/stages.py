"""How far each side of a match has come, and what follows from the two for the match itself."""

from __future__ import annotations

from cop.models.matches import Commitment, Match

Stage, State = Commitment.Stage, Match.State

NEXT: dict[str, frozenset[str]] = {
    Stage.ASKED: frozenset({Stage.AGREED, Stage.DECLINED}),
    Stage.AGREED: frozenset({Stage.UNDER_WAY, Stage.DONE, Stage.THANKED, Stage.ENDED}),
    Stage.UNDER_WAY: frozenset({Stage.DONE, Stage.THANKED, Stage.ENDED}),
    Stage.DONE: frozenset({Stage.THANKED}),
    Stage.THANKED: frozenset(),
    Stage.DECLINED: frozenset(),
    Stage.ENDED: frozenset(),
}
"""From each stage of a side to those that it can go on to. Messages may be lost between two: a side can skip some."""

_ORDER = (Stage.AGREED, Stage.UNDER_WAY, Stage.DONE, Stage.THANKED)
_STATE = {
    Stage.AGREED: State.AGREED,
    Stage.UNDER_WAY: State.UNDER_WAY,
    Stage.DONE: State.DONE,
    Stage.THANKED: State.THANKED,
}


def can_go(before: str, after: str) -> bool:
    """Whether a side that was at one stage may be at another, now or after changes in between that nobody heard of."""
    if before == after or after in NEXT[before]:
        return True
    return any(can_go(between, after) for between in NEXT[before])


def state_of(one: str, other: str) -> Match.State:
    """The state of a match, whichever side is which: the same on both nodes once they hold the same two stages.

    Nobody is held to anything: one who ends it ends it for both. As far as neither does, the one who has come further
    counts, as the other has agreed to be on this way.
    """
    both = {one, other}
    if Stage.DECLINED in both:
        return State.DECLINED
    if Stage.ENDED in both:
        return State.ENDED
    if Stage.ASKED in both:
        return State.PROPOSED
    return _STATE[max(both, key=_ORDER.index)]  # type: ignore[arg-type, index]  # by now both are among these
