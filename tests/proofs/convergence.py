"""Whatever a bad network does to 1,000 objects on three nodes, all three hold the same within a minute after it heals.

Three embedded neighbours behind a proxy that drops, doubles and reorders what they say to each other, by a seed. People
publish on all three in random order, edit some of it and withdraw some. Once every node has tried to tell the others of
it all, the network heals: from then the clock runs. Nodes mend their views during the storm as well, so over the whole
run every request is counted that a node makes for it and that the storm lets be answered (lists of what differs, and
single objects). What a node asked for before its newest word had come, or whose newest word never came, was missing
there; mending may cost two requests for each. Where nothing was missing, nothing was proved.
"""

from __future__ import annotations

import random
import secrets
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from tests.federation.live.hand import Hand
from tests.federation.live.node import InhabitedNode
from tests.federation.live.proxy import Proxy
from tests.federation.live.proxy_book import NEVER, OBJECT, PARTS, TOGETHER
from tests.federation.live.proxy_plan import Weather
from tests.federation.live.shipyard import Shipyard, at_sea
from tests.federation.live.stories import agree
from tests.nodes import eventually
from tests.proofs import Proof

NAME = "convergence"
ALONE = True

NODES = ("camden", "hackney", "lambeth")
OBJECTS, SEEDS = 1000, 20
QUICK_OBJECTS, QUICK_SEEDS = 45, 1
BAD = Weather(drop=0.03, drop_answer=0.03, lose=0.04, duplicate=0.1, reorder=0.1)
"""One in ten is dropped: on the way there, on the way back, or for good, while the sender is told that it arrived."""
QUICK_BAD = replace(BAD, lose=0.12)
"""Of so few, as many must be lost that it is hardly ever none."""
QUICK_SPARE = 6
"""Requests: where so few are missing, each of the six pairs may look at one list from which nothing was to be had."""
EDITED, WITHDRAWN = 0.1, 0.05  # of all objects
EQUAL_WITHIN_SECONDS = 60.0
LONGEST_STORM_SECONDS = 300.0
GIVE_UP_AFTER_SECONDS = 120.0  # to tell by how much it fell short
REQUESTS_FOR_EACH = 2

Held = dict[str, int]


@dataclass(frozen=True)
class Outcome:
    """Of one seed. `seconds` is None where the nodes never agreed; `unhealed` counts what a node lacked as the network
    healed, `missing` over the whole run what only asking could bring, or brought first."""

    seed: int
    seconds: float | None
    unhealed: int
    missing: int
    requests: int
    spare: int = 0

    @property
    def held(self) -> bool:
        in_time = self.seconds is not None and self.seconds <= EQUAL_WITHIN_SECONDS
        return in_time and self.missing > 0 and self.requests <= REQUESTS_FOR_EACH * self.missing + self.spare

    def __str__(self) -> str:
        told = "never equal" if self.seconds is None else f"equal after {self.seconds:.1f} s"
        return (
            f"seed {self.seed}: {told}; {self.unhealed} missing as it healed, {self.missing} over the whole run, "
            f"{self.requests} requests to mend"
        )


def main(quick: bool) -> Proof:
    objects, seeds = (QUICK_OBJECTS, QUICK_SEEDS) if quick else (OBJECTS, SEEDS)
    first = secrets.randbelow(10**9)
    outcomes = [outcome for outcome in converge(objects, range(first, first + seeds)) if not print(outcome, flush=True)]
    slowest = max((each.seconds or GIVE_UP_AFTER_SECONDS for each in outcomes), default=0.0)
    missing, requests = sum(each.missing for each in outcomes), sum(each.requests for each in outcomes)
    figure = (
        f"{objects} objects on {len(NODES)} nodes, {len(outcomes)} seeds: equal at most {slowest:.1f} s after the "
        f"network healed; {missing} missing, mended with {requests} requests"
    )
    for outcome in outcomes:
        if not outcome.held:
            print(f"to see it again: python -m tests.proofs.convergence {outcome.seed} {objects}")
    return Proof(figure, held=all(outcome.held for outcome in outcomes))


def converge(objects: int, seeds: Sequence[int]) -> Iterator[Outcome]:
    """Each seed on nodes of its own, which have only just become neighbours."""
    with tempfile.TemporaryDirectory(prefix="flotilla-convergence-") as folder, Proxy() as proxy:
        data = Path(folder)
        with Shipyard(data / "yard", production=False, proxy=proxy) as yard:
            for seed in seeds:
                with _neighbours(yard, data / str(seed), again=len(seeds) > 1) as nodes:
                    yield _one(seed, objects, nodes, proxy)


@contextmanager
def _neighbours(yard: Shipyard, folder: Path, *, again: bool) -> Iterator[list[InhabitedNode]]:
    if not again:
        with yard.company(*NODES, folder=folder) as nodes:
            yield nodes
        return
    nodes = yard.fleet(NODES, folder)
    with at_sea(*nodes):
        yield nodes


def _one(seed: int, objects: int, nodes: Sequence[InhabitedNode], proxy: Proxy) -> Outcome:
    with ExitStack() as stack:
        hands = [stack.enter_context(Hand(node)) for node in nodes]
        before: Held = {uri: version for hand in hands for uri, version in hand.do("held").items()}
        proxy.begin(seed)
        proxy.weather(BAD if objects > QUICK_OBJECTS else QUICK_BAD)
        published, withdrawn = _publish(hands, objects, random.Random(seed))
        eventually(lambda: not any(hand.do("untried") for hand in hands), within=LONGEST_STORM_SECONDS)
        # What was withdrawn before a worker came to it was never told to anybody.
        told = {uri for hand in hands for uri in hand.do("held")}
        wanted = before | {uri: version for uri, version in published.items() if uri in told or uri not in withdrawn}
        proxy.heal()
        healed = time.monotonic()
        unhealed = sum(_lacking(hand, wanted) for hand in hands)
        while not (equal := _all_equal(hands, wanted, nodes)) and time.monotonic() - healed < GIVE_UP_AFTER_SECONDS:
            time.sleep(0.5)
        seconds = time.monotonic() - healed if equal else None
        if not equal:
            _tell_difference(hands, wanted)
        paths = {urlsplit(uri).path for uri in published}
        missing = [path for _, path in proxy.book.missing() if path in paths]
        answered = [each for each in proxy.book.since(0.0, PARTS, OBJECT, TOGETHER) if each.status != NEVER]
        asked = [each for each in answered if each.kind in {PARTS, TOGETHER} or each.path in paths]
        is_quick = objects <= QUICK_OBJECTS
        return Outcome(seed, seconds, unhealed, len(missing), len(asked), QUICK_SPARE if is_quick else 0)


def _publish(hands: Sequence[Hand], objects: int, chance: random.Random) -> tuple[Held, set[str]]:
    """Objects, edits and withdrawals, each node's in random order and all nodes' at once.

    Returns the versions that are to be held, and which of them are withdrawn.
    """
    orders: list[list[tuple[str, int]]] = [[] for _ in hands]
    for number in range(objects):
        orders[chance.randrange(len(hands))].append(("publish", number))
    for order in orders:
        for what, share in (("change", EDITED), ("withdraw", WITHDRAWN)):
            for _, number in chance.sample(order, int(share * len(order))):
                after = next(place for place, (_, other) in enumerate(order) if other == number)
                order.insert(chance.randint(after + 1, len(order)), (what, number))

    def carry_out(hand: Hand, order: list[tuple[str, int]]) -> tuple[Held, set[str]]:
        uris: dict[int, str] = {}
        held: Held = {}
        withdrawn: set[str] = set()
        for what, number in order:
            if what == "publish":
                uris[number] = hand.do("publish", title=f"Need {number}", summary="Who can help?")
                held[uris[number]] = 1
            elif uris[number] not in withdrawn:
                more = {"title": f"Need {number}, again", "summary": "Who else can help?"} if what == "change" else {}
                hand.do(what, uri=uris[number], **more)
                held[uris[number]] += 1
                withdrawn |= {uris[number]} if what == "withdraw" else set()
        return held, withdrawn

    with ThreadPoolExecutor(max_workers=len(hands)) as pool:
        found = list(pool.map(carry_out, hands, orders))
    held = {uri: version for each, _ in found for uri, version in each.items()}
    return held, {uri for _, withdrawn in found for uri in withdrawn}


def _lacking(hand: Hand, wanted: Held) -> int:
    held = hand.do("held")
    return sum(held.get(uri) != version for uri, version in wanted.items() if not uri.startswith(hand.node.origin))


def _all_equal(hands: Sequence[Hand], wanted: Held, nodes: Sequence[InhabitedNode]) -> bool:
    return all(hand.do("held") == wanted for hand in hands) and agree(*nodes)


def _tell_difference(hands: Sequence[Hand], wanted: Held) -> None:
    for hand in hands:
        held = hand.do("held")
        for uri in sorted(uri for uri in wanted.keys() | held.keys() if held.get(uri) != wanted.get(uri))[:10]:
            print(f"{hand.node.origin} holds version {held.get(uri)} of {uri}, not {wanted.get(uri)}")


if __name__ == "__main__":
    import sys

    for told in converge(int(sys.argv[2]), [int(sys.argv[1])]):
        print(told)
