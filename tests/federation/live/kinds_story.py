"""The story of every kind: published, read, joined, edited, left and withdrawn on one node, and seen on the others.

A step is done for everything first and looked at afterwards, so that the nodes' waiting for each other is shared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tests.federation.live.kinds import STEPS, Kind
from tests.federation.live.kinds_shore import PATIENCE, Shore, Thing
from tests.federation.live.kinds_steps import STEP
from tests.federation.live.node import InhabitedNode
from tests.federation.live.stories import agree
from tests.nodes import eventually

LONGEST_REASON = 1500  # characters


class Story:
    """All kinds, each at home on every node, or with `in_turn` on one node each; `failures` says what was not seen."""

    def __init__(self, nodes: Sequence[InhabitedNode], kinds: Sequence[Kind], *, in_turn: bool = False) -> None:
        self.shores = [Shore(node) for node in nodes]
        self.things = [
            self._thing(kind, home)
            for number, kind in enumerate(kinds)
            for place, home in enumerate(self.shores)
            if not in_turn or number % len(self.shores) == place
        ]
        self.disagreements: list[str] = []

    def _thing(self, kind: Kind, home: Shore) -> Thing:
        others = [shore for shore in self.shores if shore is not home]
        return Thing(kind, home, others, f"The {kind.name} of {home.name.title()}", version=kind.first_version)

    def tell(self) -> None:
        for name in STEPS:
            step, things = STEP[name], [thing for thing in self.things if name in thing.kind.steps]
            for thing in things:
                self._try(name, thing, step.do, thing)
            for thing in things:
                for shore in thing.everywhere:
                    self._try(name, thing, step.look, thing, shore)
                self._try(name, thing, step.check, thing)
            self._compare(name)

    def _try(self, step: str, thing: Thing, action: Callable[..., object], *given: Any) -> None:
        if step in thing.failed:
            return
        try:
            action(*given)
        except (AssertionError, LookupError, OSError, ValueError) as error:
            thing.failed[step] = f"{type(error).__name__}: {error}"[:LONGEST_REASON]

    def _compare(self, step: str) -> None:
        """Whatever was done, all nodes hold the same again."""
        try:
            eventually(lambda: agree(*(shore.node for shore in self.shores)), within=PATIENCE)
        except AssertionError as error:
            self.disagreements.append(f"after {step}: {error}")

    def seen(self, kind: Kind, step: str) -> tuple[int, int]:
        """How many things of a kind took a step that all nodes saw, and how many were to."""
        things = [thing for thing in self.things if thing.kind is kind and step in kind.steps]
        return sum(step not in thing.failed for thing in things), len(things)

    @property
    def failures(self) -> list[str]:
        found = [
            f"{thing.kind.name} of {thing.home.name}, {step}: {why}"
            for thing in self.things
            for step, why in thing.failed.items()
        ]
        return found + [f"digests {each}" for each in self.disagreements]
