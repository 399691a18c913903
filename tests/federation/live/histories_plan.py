"""What happens in a history: drawn from a seed alone, before anything runs, so that it can be read and run again."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.federation.live.proxy_plan import Weather

EVERYONE, NODE, GROUP = "everyone", "node", "group"
STORM = Weather(
    drop=0.05, drop_answer=0.05, lose=0.02, delay=0.05, duplicate=0.1, reorder=0.1,
    cut=0.02, cut_answer=0.02, corrupt=0.02, corrupt_answer=0.02,
)  # fmt: skip

OFTEN = {
    "publish": 40, "change": 16, "withdraw": 10, "join": 6, "let_in": 8, "leave": 3,
    "pause": 3, "resume": 4, "block": 3, "unblock": 4, "kill": 4, "restart": 5,
}  # fmt: skip
UNDOES = {"resume": "pause", "unblock": "block", "restart": "kill"}
AUDIENCES = (EVERYONE,) * 6 + (NODE, GROUP)


@dataclass(frozen=True)
class Step:
    """`node` does `what`, with or to `other`, or with the thing of this number."""

    what: str
    node: str
    other: str = ""
    thing: int = -1
    audience: str = ""

    def __str__(self) -> str:
        about = [self.other, f"thing {self.thing}" if self.thing >= 0 else "", self.audience]
        return " ".join([self.node, self.what, *filter(None, about)])


@dataclass
class Plan:
    """Draws one step after the other, each of which can be done after those before it."""

    names: Sequence[str]
    chance: random.Random
    living: dict[int, str] = field(default_factory=dict)
    """The homes of all things that were published and not withdrawn."""
    things: int = 0
    standing: set[Step] = field(default_factory=set)
    """Pauses, blocks and kills that are not undone yet."""

    def step(self) -> Step:
        """What cannot be done right now, as to withdraw when there is nothing, becomes a publication."""
        what = self.chance.choices(list(OFTEN), list(OFTEN.values()))[0]
        return self._undoing(what) or self._of_a_thing(what) or self._between_two(what) or self._killing(what) or (
            self._publishing()
        )  # fmt: skip

    def undoing_all(self) -> Iterator[Step]:
        for done in sorted(self.standing, key=str):
            undo = next(undo for undo, what in UNDOES.items() if what == done.what)
            yield Step(undo, done.node, done.other)
        self.standing.clear()

    def _publishing(self) -> Step:
        node = self.chance.choice(self.names)
        step = Step("publish", node, thing=self.things, audience=self.chance.choice(AUDIENCES))
        self.living[self.things] = node
        self.things += 1
        return step

    def _undoing(self, what: str) -> Step | None:
        able = sorted((each for each in self.standing if each.what == UNDOES.get(what)), key=str)
        if not able:
            return None
        done = self.chance.choice(able)
        self.standing.discard(done)
        return Step(what, done.node, done.other)

    def _of_a_thing(self, what: str) -> Step | None:
        if what not in {"change", "withdraw"} or not self.living:
            return None
        thing = self.chance.choice(sorted(self.living))
        home = self.living[thing]
        if what == "withdraw":
            del self.living[thing]
        return Step(what, home, thing=thing)

    def _between_two(self, what: str) -> Step | None:
        if what == "let_in":
            return Step(what, self.chance.choice(self.names))
        if what not in {"join", "leave", "pause", "block"}:
            return None
        node, other = self.chance.sample(self.names, 2)
        step = Step(what, node, other)
        if what not in {"pause", "block"}:
            return step
        # A node that is blocked cannot be paused, nor the other way round.
        if any((each.node, each.other) == (node, other) for each in self.standing):
            return None
        self.standing.add(step)
        return step

    def _killing(self, what: str) -> Step | None:
        step = Step("kill", self.chance.choice(self.names))
        if what != "kill" or step in self.standing:
            return None
        self.standing.add(step)
        return step


def plan(seed: int, names: Sequence[str], length: int) -> list[Step]:
    """A history of so many steps, and then whatever undoes what still stands in the way."""
    drawn = Plan(names, random.Random(f"history {seed}"))
    steps = [drawn.step() for _ in range(length)]
    return [*steps, *drawn.undoing_all()]
