"""Histories: things happen on several nodes while the network between them is bad; in the end, does everything agree?

A seed gives a history. `python -m tests.federation.live.histories SEED` runs it alone, and says what it did.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.federation.live.hand import Hand
from tests.federation.live.histories_plan import EVERYONE, GROUP, NODE, STORM, Step, plan
from tests.federation.live.node import InhabitedNode
from tests.federation.live.proxy import Proxy
from tests.federation.live.shipyard import Shipyard
from tests.federation.live.stories import agree, cards
from tests.nodes import eventually

NAMES = ("camden", "hackney", "lambeth", "newham", "southwark")
STEPS = 60
LONGEST_PAUSE = 0.8  # seconds between two steps
CALM_WITHIN_SECONDS = 150.0


@dataclass
class Thing:
    home: str
    audience: str
    uri: str
    titles: list[str]
    """The one it has, and those it had before: words that nothing else has."""
    joined: set[str] = field(default_factory=set)
    """The nodes where somebody has ever asked to join its group, for a thing that is the group's alone."""
    withdrawn: bool = False

    @property
    def version(self) -> int:
        return len(self.titles) + self.withdrawn

    @property
    def summaries(self) -> list[str]:
        return [_summary(title) for title in self.titles]


class History:
    """One history on nodes that are neighbours, behind a proxy. `faults` is empty if all is as it should be."""

    def __init__(self, seed: int, nodes: Sequence[InhabitedNode], proxy: Proxy, steps: int = STEPS) -> None:
        self.seed = seed
        self.nodes = {node.name: node for node in nodes}
        self.proxy = proxy
        self.length = steps
        self.steps = plan(seed, list(self.nodes), steps)
        self.pace = random.Random(f"pace {seed}")
        self.things: list[Thing] = []
        self.asked: dict[str, set[str]] = {name: set() for name in self.nodes}
        self.faults: list[str] = []
        self.agreed_after = 0.0
        self._starts: list[threading.Thread] = []

    @property
    def replay(self) -> str:
        """The command that runs the same again."""
        return f"python -m tests.federation.live.histories {self.seed} --nodes={len(self.nodes)} --steps={self.length}"

    def run(self) -> None:
        self.proxy.begin(self.seed)
        with ExitStack() as stack:
            hands = {name: stack.enter_context(Hand(node)) for name, node in self.nodes.items()}
            known = {name: Counter(hand.do("titles")) for name, hand in hands.items()}
            self.proxy.weather(STORM)
            for step in self.steps:
                self._do(step, hands)
                time.sleep(self.pace.uniform(0, LONGEST_PAUSE))
            for start in self._starts:
                start.join()
            self.proxy.heal()
            healed = time.monotonic()
            try:
                eventually(lambda: self._all_hold(hands) and agree(*self.nodes.values()), within=CALM_WITHIN_SECONDS)
                self.agreed_after = time.monotonic() - healed
            except AssertionError as error:
                self.faults.append(f"the digests differ: {error}")
            self.faults += self._wrong(hands, known)

    def _do(self, step: Step, hands: dict[str, Hand]) -> None:
        hand, node = hands[step.node], self.nodes[step.node]
        other = self.nodes[step.other].origin if step.other else ""
        if step.what == "publish":
            word = self._word(step)
            uri = hand.do("publish", title=word, summary=_summary(word), audience=step.audience)
            self.things.append(Thing(step.node, step.audience, uri, [word], self.asked[step.node]))
        elif step.what == "change":
            thing = self.things[step.thing]
            thing.titles.append(self._word(step))
            hand.do("change", uri=thing.uri, title=thing.titles[-1], summary=thing.summaries[-1])
        elif step.what == "withdraw":
            self.things[step.thing].withdrawn = True
            hand.do("withdraw", uri=self.things[step.thing].uri)
        elif step.what == "kill":
            node.kill()
        elif step.what == "restart":
            start = threading.Thread(target=node.start)
            self._starts.append(start)
            start.start()
        elif step.what == "let_in":
            hand.do("let_in")
        elif step.what in {"join", "leave"}:
            if step.what == "join":
                self.asked[step.other].add(step.node)
            hand.do(step.what, origin=other)
        else:
            hand.do("restrain", how=step.what, origin=other)

    def _all_hold(self, hands: dict[str, Hand]) -> bool:
        """Whether every node has the last version of every public thing: digests can agree before all is published.

        What is withdrawn at once may never have been told to anybody.
        """
        public = [thing for thing in self.things if thing.audience == EVERYONE and not thing.withdrawn]
        wanted = {thing.uri: thing.version for thing in public}
        return all(wanted.items() <= hand.do("held").items() for hand in hands.values())

    def _word(self, step: Step) -> str:
        version = len(self.things[step.thing].titles) if step.what == "change" else 0
        return f"zq{self.seed}t{step.thing}v{version}qz"

    def _wrong(self, hands: dict[str, Hand], known: dict[str, Counter[str]]) -> Iterator[str]:
        public = [thing for thing in self.things if thing.audience == EVERYONE]
        wanted = Counter(thing.titles[-1] for thing in public if not thing.withdrawn)
        for name, hand in hands.items():
            try:
                eventually(lambda hand=hand, name=name: Counter(hand.do("titles")) - known[name] == wanted, within=30)
            except AssertionError:
                shown = Counter(hand.do("titles")) - known[name]
                yield from _differences(name, shown, wanted)
        for name, node in self.nodes.items():
            others = [thing for thing in self.things if thing.home != name]
            # What a withdrawn thing was called stays with those who were told of it; what it said goes.
            gone = [word for thing in others if thing.withdrawn for word in thing.summaries]
            secret = [thing for thing in others if thing.audience == NODE]
            secret += [thing for thing in others if thing.audience == GROUP and name not in thing.joined]
            hidden = [word for thing in secret for word in thing.titles + thing.summaries]
            yield from _remembered(hands[name], gone, f"{name} remembers what was withdrawn")
            yield from _remembered(hands[name], hidden, f"{name} knows what is not meant for it")
            yield from self._shown(node, [each for each in self.things if each.withdrawn or each.audience != EVERYONE])
        yield from (f"{name} gave up or left: {left}" for name, left in self._left(hands).items() if left)

    def _shown(self, node: InhabitedNode, things: list[Thing]) -> Iterator[str]:
        """What a passer-by can find of what was withdrawn, or never meant for everybody."""
        for thing in things:
            word = thing.titles[-1]
            if any(word in title for title in cards(node, q=word)):
                yield f"{node.name} shows {word} to somebody who searches for it"
            if node.name == thing.home:
                answer = node.visit(thing.uri.removeprefix(node.origin), accept="application/activity+json")
                if answer.status not in {404, 410} or any(each in answer.text for each in thing.titles):
                    yield f"{node.name} answers {answer.status} for {word}: {answer.text[:200]}"

    def _left(self, hands: dict[str, Hand]) -> dict[str, dict[str, int]]:
        """What was given up although it never fails for good, or waits although nothing stands in its way."""
        return {
            name: {what: n for what, n in hand.do("unfinished").items() if what.startswith(("dead journal",))}
            for name, hand in hands.items()
        }

    def told(self) -> str:
        fates = Counter(str(passage.fate) for passage in self.proxy.book.passages)
        return (
            f"seed {self.seed}: {len(self.steps)} steps on {len(self.nodes)} nodes, {len(self.things)} things; "
            f"{dict(fates)}; digests agreed {self.agreed_after:.1f} s after the network healed"
        )


def _summary(title: str) -> str:
    return title.replace("zq", "zs")


def _remembered(hand: Hand, words: list[str], what: str) -> Iterator[str]:
    for word, tables in hand.do("words", wanted=words).items():
        yield f"{what}: {word} in {', '.join(tables)}"


def _differences(name: str, shown: Counter[str], wanted: Counter[str]) -> Iterator[str]:
    for title in sorted((wanted - shown).keys()):
        yield f"lost on {name}: {title}"
    for title in sorted((shown - wanted).keys()):
        yield f"{'doubled' if title in wanted else 'back, or never meant to be seen,'} on {name}: {title}"


def main() -> int:
    parser = argparse.ArgumentParser(description="Run one history again, and say what it did.")
    parser.add_argument("seed", type=int)
    parser.add_argument("--nodes", type=int, choices=(3, 4, 5), default=3)
    parser.add_argument("--steps", type=int, default=STEPS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="flotilla-history-") as folder, Proxy(options.seed) as proxy:
        data = Path(folder)
        with (
            Shipyard(data / "yard", production=False, proxy=proxy) as yard,
            yard.company(*NAMES[: options.nodes], folder=data) as nodes,
        ):
            history = History(options.seed, nodes, proxy, options.steps)
            history.run()
            lines = [*map(str, history.steps), history.told(), *(f"FAULT: {fault}" for fault in history.faults)]
            sys.stdout.write("\n".join(lines) + "\n")
    return 1 if history.faults else 0


if __name__ == "__main__":
    sys.exit(main())
