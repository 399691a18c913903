"""What happens to each request on its way from one node to another: drawn from a seed, so that it can happen again."""

from __future__ import annotations

import enum
import random
from dataclasses import dataclass, fields

LONGEST_DELAY = 1.0  # seconds
LONGEST_HOLD = 2.0  # seconds that a request waits for those it is to come after
MOST_OVERTAKE = 5


class Fate(enum.StrEnum):
    PASS = "pass"
    DROP = "drop"
    """The connection breaks before the other node has heard a word."""
    DROP_ANSWER = "drop answer"
    """The other node did what was asked, and its answer is lost: a success that looks like a failure."""
    LOSE = "lose"
    """The sender is told that it was taken, and the other node never hears of it, as if set back to an older copy."""
    DELAY = "delay"
    DUPLICATE = "duplicate"
    """The same bytes arrive twice at the same moment."""
    REORDER = "reorder"
    """Later requests to the same node go first."""
    CUT = "cut"
    """Half of the question arrives, then the connection breaks."""
    CUT_ANSWER = "cut answer"
    CORRUPT = "corrupt"
    """One bit of the body is another; of a question without a body, one of the answer's."""
    CORRUPT_ANSWER = "corrupt answer"


@dataclass(frozen=True)
class Weather:
    """How many of all requests of a pair, from 0 to 1, meet each fate; the others pass."""

    drop: float = 0.0
    drop_answer: float = 0.0
    lose: float = 0.0
    delay: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    cut: float = 0.0
    cut_answer: float = 0.0
    corrupt: float = 0.0
    corrupt_answer: float = 0.0

    def __post_init__(self) -> None:
        rates = [getattr(self, each.name) for each in fields(self)]
        if min(rates) < 0 or sum(rates) > 1:
            raise ValueError(f"rates from 0 to 1 that add up to 1 at most, got {rates}")


CALM = Weather()


@dataclass(frozen=True)
class Lot:
    """One request's fate, with what it needs: seconds of a delay, how many go first, where in a body a bit turns."""

    fate: Fate
    seconds: float = 0.0
    overtaken_by: int = 0
    place: float = 0.0


def lot(seed: int, sender: str, receiver: str, number: int, weather: Weather) -> Lot:
    """What meets the `number`th request from `sender` to `receiver`: the same for the same seed, whoever is first."""
    chance = random.Random(f"{seed} {sender} {receiver} {number}")
    drawn = chance.random()
    for each in fields(weather):
        drawn -= getattr(weather, each.name)
        if drawn < 0:
            return Lot(
                Fate[each.name.upper()],
                seconds=chance.uniform(0, LONGEST_DELAY),
                overtaken_by=chance.randint(1, MOST_OVERTAKE),
                place=chance.random(),
            )
    return Lot(Fate.PASS)
