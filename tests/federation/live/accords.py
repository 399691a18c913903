"""Three nodes come to agreements while the network between them is bad: a match, a mandate, hours, a flotilla.

In the end each node is asked how everything stands, and what went over the wire is read for what must not be there.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tests.federation.live.hand import Hand
from tests.federation.live.node import InhabitedNode
from tests.federation.live.proxy import Proxy
from tests.federation.live.proxy_book import Book, Passage
from tests.federation.live.proxy_plan import Weather
from tests.federation.live.stories import agree
from tests.nodes import eventually

PATIENCE = 150.0  # seconds that a word may need through the storm, and until all is the same after it


@dataclass
class Tape(Book):
    """Every body that one node sent another, with who sent it to whom and when."""

    said: list[tuple[Passage, bytes]] = field(default_factory=list)

    def enter(self, sender: str, receiver: str, method: str, path: str, body: bytes) -> Passage:
        passage = super().enter(sender, receiver, method, path, body)
        self.said.append((passage, body))
        return passage

    def carrying(self, words: str) -> list[Passage]:
        return [passage for passage, body in tuple(self.said) if words.encode() in body]


class Accords:
    """One round of stories, with its own seed. `faults` is empty if all is as it should be."""

    def __init__(self, seed: int, nodes: Sequence[InhabitedNode], proxy: Proxy, weather: Weather) -> None:
        self.seed, self.nodes, self.proxy, self.weather = seed, list(nodes), proxy, weather
        self.tape = Tape()
        self.faults: list[str] = []
        self.told: list[str] = []
        self._hands: dict[str, Hand] = {}
        self._groups: dict[str, str] = {}

    def run(self) -> None:
        self.proxy.begin(self.seed)
        self.proxy.book = self.tape
        with ExitStack() as stack:
            self._hands = {node.name: stack.enter_context(Hand(node, "hand_accords")) for node in self.nodes}
            self._groups = {name: hand.do("group_uri") for name, hand in self._hands.items()}
            self.proxy.weather(self.weather)
            for story in (self.a_match, self.a_mandate, self.a_time_bank, self.a_flotilla):
                began = time.monotonic()
                try:
                    story()
                except AssertionError as error:
                    self.faults.append(f"{story.__name__}: {error}")
                self.told.append(f"{story.__name__} {time.monotonic() - began:.0f} s")
            self.proxy.heal()

    # The stories -----------------------------------------------------------------------------------------

    def a_match(self) -> None:
        """One needs, another helps, a third hears nothing of it; how to reach them crosses when both have said yes."""
        asker, helper, third = (node.name for node in self.nodes)
        secret = {
            asker: f"ask-{secrets.token_hex(8)}@home.example",
            helper: f"help-{secrets.token_hex(8)}@home.example",
        }
        need = self._do(asker, "publish", direction="need", title=f"Somebody who reads plans {self.seed}")
        self._arrives(helper, need)
        match = self._do(helper, "propose_match", thing=need, contact=secret[helper])
        self._again_until(asker, "cop.say_matches_again", partial(self._knows, asker, match), helper)
        before = time.monotonic()
        self._do(asker, "take_step", match=match, step="agree", contact=secret[asker], reply="Gladly.")
        for name, words in secret.items():
            early = [each for each in self.tape.carrying(words) if each.at < before]
            self._check(not early, f"how to reach {name} was sent before both had agreed: {early}")
        both = (asker, helper)
        self._stands(match, "agreed", *both)
        self._do(helper, "take_step", match=match, step="begin")
        self._stands(match, "under-way", *both)
        self._do(helper, "take_step", match=match, step="finish", outcome="Three plans read", may_show=True, hours=3)
        self._stands(match, "done", *both)
        closing = {"outcome": "We understood two of them", "may_show": True, "hours": None}
        self._do(asker, "take_step", match=match, step="thank", thanks="Thank you both", **closing)
        self._stands(match, "thanked", *both)
        self._same(lambda: [self._do(name, "matches")[match] for name in both], "the match", both)
        self._check(match not in self._do(third, "matches"), f"{third} has a match that is none of its own")
        for name, words in secret.items():
            astray = [each for each in self.tape.carrying(words) if {each.sender, each.receiver} != set(both)]
            self._check(not astray, f"how to reach {name} went astray: {astray}")
            self._check(not self._do(third, "words", wanted=[words]), f"{third} knows how to reach {name}")
        self._check(bool(self.tape.carrying(secret[asker])), "nothing was read on the wire at all")

    def a_mandate(self) -> None:
        """Three bodies sign as equals: one objects, is answered, and consents; one leaves; each alone says so."""
        first, second, third = (node.name for node in self.nodes)
        about = self._groups[first]
        self._all_know(about)
        parties = [self._groups[name] for name in (second, third)]
        for uri in parties:
            self._all_know(uri)
        version = self._do(first, "propose_mandate", group=about, parties=parties)
        self._all_know(version)
        objection = self._do(second, "give_stance", version=version, stance="object", words="Too many for us.")
        self._arrives(first, objection)
        self._do(first, "answer_objection", version=version, objection=objection, words="We begin with three.")
        self._do(third, "give_stance", version=version, stance="consent")
        self._everywhere(lambda name: self._do(name, "mandate", group=about)["in_force"] == "", "outvoted")
        self._do(second, "give_stance", version=version, stance="consent")
        self._everywhere(lambda name: self._do(name, "mandate", group=about)["in_force"] == version, "in force")
        for name, amount in ((first, 2), (second, 3)):
            self._do(name, "tell_result", group=about, amount=amount)
        self._do(third, "give_stance", version=version, stance="left")
        self._same(lambda: [self._do(node.name, "mandate", group=about) for node in self.nodes], "the mandate")
        stands = self._do(first, "mandate", group=about)
        self._check(stands["in_force"] == version and stands["reached"] == {"plans": "5"}, f"it stands as {stands}")

    def a_flotilla(self) -> None:
        """Groups of three nodes sail together, agree, sum what they reach; one leaves; it dissolves with a harvest."""
        first, second, third = (node.name for node in reversed(self.nodes))
        flotilla = self._do(first, "start_flotilla", called=f"Plans in time {self.seed}")
        self._all_know(flotilla)
        for name in (second, third):
            self._arrives(first, self._do(name, "sail", flotilla=flotilla, brings=f"What {name} has"))
        self._do(first, "welcome", flotilla=flotilla)
        aboard = {self._groups[name] for name in (first, second, third)}
        self._everywhere(lambda name: set(self._do(name, "voyage", flotilla=flotilla)["ships"]) == aboard, "aboard")
        others = [self._groups[name] for name in (first, third)]
        version = self._do(second, "propose_mandate", group=flotilla, parties=others)
        for name in (first, third):
            self._arrives(name, version)
            self._do(name, "give_stance", version=version, stance="consent")
        self._everywhere(lambda name: self._do(name, "mandate", group=flotilla)["in_force"] == version, "in force")
        for name, amount in ((first, 1), (second, 4), (third, 7)):
            self._do(name, "tell_result", group=flotilla, amount=amount)
        before = {name: self._do(name, "own_words") for name in self._hands}
        self._do(third, "leave", flotilla=flotilla)
        self._do(first, "dissolve", flotilla=flotilla, harvest="Twelve plans, in time.")
        self._same(lambda: [self._do(node.name, "voyage", flotilla=flotilla) for node in self.nodes], "the flotilla")
        self._same(lambda: [self._do(node.name, "mandate", group=flotilla) for node in self.nodes], "its mandate")
        stands = self._do(second, "voyage", flotilla=flotilla)
        self._check(set(stands["ships"]) == {self._groups[name] for name in (first, second)}, f"it is {stands}")
        self._check(self._do(second, "mandate", group=flotilla)["reached"] == {"plans": "12"}, "the sum is another")
        for name in (first, second):
            after = self._do(name, "own_words")
            changed = {uri for uri, words in before[name].items() if after.get(uri) != words}
            self._check(not changed, f"what {name} said was changed by others: {changed}")
        self.proxy.heal()
        eventually(lambda: agree(*self.nodes), within=PATIENCE)

    def a_time_bank(self) -> None:
        """Two banks exchange hours: one is given, one is received; both book the same, and nothing stays held."""
        first, second = (node.name for node in self.nodes[:2])
        banks = {name: self._do(name, "bank", called=name) for name in (first, second)}
        there = {first: banks[second], second: banks[first]}
        for name, other in there.items():
            eventually(partial(self._do, name, "allow", peer=other["bank"], cap=600), within=PATIENCE)
        self._in_the_end(
            lambda: all(self._do(name, "is_open", peer=there[name]["bank"]) for name in there), first, second
        )
        made = [
            self._do(name, "propose", mine=0, other=there[name]["accounts"][0], side=side, minutes=30, words="Plans")
            for name, side in ((first, "giver"), (second, "giver"), (second, "receiver"))
        ]
        self._check("beyond" not in made, f"{made.count('beyond')} transfers were beyond a limit")
        self._in_the_end(partial(self._is_booked, banks, made), first, second)
        books = [self._do(name, "books") for name in (first, second)]
        broken = sum(each["broken"] + each["unequal"] + abs(each["sum"]) for each in books)
        self._check(not broken, f"the books of the banks are {books}")

    def _is_booked(self, banks: dict[str, Any], made: list[str]) -> bool:
        (one, mine), (other, theirs) = ((banks[name]["bank"], self._do(name, "books")) for name in banks)
        same = all(each["transfers"].get(uri, [""])[0] == "confirmed" for each in (mine, theirs) for uri in made)
        return same and mine["clearing"][other] == -theirs["clearing"][one] and not mine["held"] + theirs["held"]

    def _in_the_end(self, holds: Callable[[], bool], *names: str) -> None:
        """While people answer what waits for them, and the banks ask each other again."""
        until = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < until, "the banks never came to the same"
            for name in names:
                self._do(name, "answer", seed=self.seed, all_of_it=True)
                self._do(name, "compare")
            time.sleep(1)

    # How they are told -----------------------------------------------------------------------------------

    def _do(self, name: str, what: str, **given: Any) -> Any:
        return self._hands[name].do(what, **given)

    def _check(self, holds: bool, fault: str) -> None:
        if not holds:
            self.faults.append(fault)

    def _knows(self, name: str, uri: str) -> bool:
        return bool(self._do(name, "knows", uri=uri))

    def _arrives(self, name: str, uri: str) -> None:
        eventually(partial(self._knows, name, uri), within=PATIENCE)

    def _all_know(self, uri: str) -> None:
        for node in self.nodes:
            self._arrives(node.name, uri)

    def _everywhere(self, holds: Callable[[str], bool], what: str) -> None:
        for node in self.nodes:
            eventually(partial(holds, node.name), within=PATIENCE)

    def _again_until(self, name: str, daily: str, holds: Callable[[], bool], *others: str) -> None:
        """What two say to each other alone may be lost for good: then the next day says it again."""
        for day in range(20):
            for each in (name, *others):
                self._do(each, "a_day_later", daily=daily, key=f"day-{self.seed}-{secrets.token_hex(4)}")
            try:
                eventually(holds, within=PATIENCE / 10)
            except AssertionError:
                if day == 19:
                    raise
            else:
                return

    def _stands(self, match: str, state: str, *names: str) -> None:
        for name in names:
            same = lambda name=name: self._do(name, "match_state", match=match) == state  # noqa: E731
            self._again_until(name, "cop.say_matches_again", same, *names)

    def _same(self, told: Callable[[], list[Any]], what: str, both: tuple[str, ...] = ()) -> None:
        """All say the same of it, once what they said has come through; of what two alone know, the days help."""

        def holds() -> bool:
            said = told()
            return all(each == said[0] for each in said)

        if both:
            self._again_until(both[0], "cop.say_matches_again", holds, *both[1:])
        else:
            eventually(holds, within=PATIENCE)
