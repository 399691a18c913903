"""Of 1,000 transfers between time banks whose words are lost, doubled and late, each ends the same on both nodes.

Three neighbours, each with a bank, behind a proxy that by a seed drops, loses (the sender is told that it arrived),
doubles, delays and reorders what they say to each other. People of each say whom they gave time or who gave them some,
in their own bank and in the others', many of it more than the limits and caps allow; others say yes, no or nothing, and
some take back. The nodes ask each other again while it storms, and after it. In the end every bank's movements must sum
to zero, what any two banks keep for each other must be opposite, every transfer must stand the same on both nodes, and
nothing may be held any more; the movements in the order in which they were booked say whether any account ever was
beyond its limit. Where nothing was lost or refused, nothing was proved.
"""

from __future__ import annotations

import random
import secrets
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tests.federation.live.hand import Hand
from tests.federation.live.node import InhabitedNode
from tests.federation.live.proxy import Proxy
from tests.federation.live.proxy_plan import Fate, Weather
from tests.federation.live.shipyard import Shipyard
from tests.nodes import eventually
from tests.proofs import Proof

NAME = "timebank"
ALONE = True

NODES, QUICK_NODES = ("camden", "hackney", "lambeth"), ("camden", "hackney")
TRANSFERS, QUICK_TRANSFERS = 1_000, 45
PEOPLE, QUICK_PEOPLE = 8, 3  # in each bank
LIMIT, CAP = 600, 900  # minutes: few are enough to be reached again and again
ACROSS = 0.7  # of all transfers
ANSWER_EVERY = 5  # proposals
COMPARE_EVERY = 60
BAD = Weather(drop=0.03, drop_answer=0.03, lose=0.08, delay=0.05, duplicate=0.15, reorder=0.15)
QUICK_BAD = Weather(lose=0.2, delay=0.05, duplicate=0.2, reorder=0.15)
"""Without those that are only tried again after half a minute."""
CALM_WITHIN_SECONDS = 240.0

NOUGHTS = {
    "sum": "movements sum to",
    "broken": "accounts that were beyond their limit:",
    "unequal": "accounts that are not their movements:",
    "held": "minutes held still:",
}
Books = dict[str, dict[str, Any]]


@dataclass
class Town:
    """One node, its bank, and the addresses of the accounts in it."""

    name: str
    hand: Hand
    bank: str
    accounts: list[str]
    said: Counter[str] = field(default_factory=Counter)


def main(quick: bool) -> Proof:
    seed = secrets.randbelow(10**9)
    print(f"seed {seed}", flush=True)
    return exchange(seed, QUICK_TRANSFERS if quick else TRANSFERS, quick=quick)


def exchange(seed: int, count: int, *, quick: bool) -> Proof:
    names = QUICK_NODES if quick else NODES
    with tempfile.TemporaryDirectory(prefix="flotilla-timebank-") as folder, Proxy(seed) as proxy:
        data = Path(folder)
        with (
            Shipyard(data / "yard", production=False, proxy=proxy) as yard,
            yard.company(*names, folder=data) as nodes,
            ExitStack() as stack,
        ):
            towns = _settle(nodes, stack, QUICK_PEOPLE if quick else PEOPLE)
            proxy.begin(seed)
            proxy.weather(QUICK_BAD if quick else BAD)
            begun = time.monotonic()
            _storm(towns, count, seed)
            proxy.heal()
            healed = time.monotonic()
            faults = _calm(towns, seed)
            books = {town.bank: town.hand.do("books") for town in towns}
            faults += _judge(books)
            return _told(towns, books, proxy, faults, (count, healed - begun, time.monotonic() - healed))


def _settle(nodes: Sequence[InhabitedNode], stack: ExitStack, people: int) -> list[Town]:
    """A bank on each node, and clearing between every two."""
    hands = [stack.enter_context(Hand(node)) for node in nodes]
    with ThreadPoolExecutor(max_workers=len(hands)) as pool:
        opened = list(pool.map(partial(_open, people=people), nodes, hands))
    towns = [Town(node.name, hand, **told) for node, hand, told in zip(nodes, hands, opened, strict=True)]
    pairs = [(town, other) for town in towns for other in towns if other is not town]
    for town, other in pairs:
        eventually(partial(town.hand.do, "allow", peer=other.bank, cap=CAP), within=60)
    for town, other in pairs:
        eventually(partial(town.hand.do, "is_open", peer=other.bank), within=60)
    return towns


def _open(node: InhabitedNode, hand: Hand, people: int) -> dict[str, Any]:
    told: dict[str, Any] = hand.do("open_bank", name=node.name, people=people, limit=LIMIT)
    return told


def _storm(towns: Sequence[Town], count: int, seed: int) -> None:
    """Each town's people at once, so that words cross."""
    shares = [count // len(towns) + (number < count % len(towns)) for number in range(len(towns))]
    with ThreadPoolExecutor(max_workers=len(towns)) as pool:
        list(pool.map(lambda town, share: _give(town, towns, share, seed), towns, shares))


def _give(town: Town, towns: Sequence[Town], share: int, seed: int) -> None:
    """So many proposals that were made; those beyond a limit are refused, counted, and another is tried."""
    chance = random.Random(f"{seed} {town.name}")
    made = tried = 0
    while made < share:
        tried += 1
        elsewhere = [each for each in towns if each is not town]
        mine = chance.randrange(len(town.accounts))
        if chance.random() < ACROSS:
            other = chance.choice(chance.choice(elsewhere).accounts)
        else:
            other = chance.choice([each for place, each in enumerate(town.accounts) if place != mine])
        minutes = chance.choice((15, 30, 45, 60, 90, 120, 240, 480))
        side = chance.choice(("giver", "receiver"))
        said = town.hand.do("propose", mine=mine, other=other, side=side, minutes=minutes, words=f"{town.name} {tried}")
        town.said["refused" if said == "beyond" else "proposed"] += 1
        made += said != "beyond"
        if tried % ANSWER_EVERY == 0:
            town.said.update(town.hand.do("answer", seed=chance.randrange(10**9)))
        if tried % COMPARE_EVERY == 0:
            town.hand.do("compare")


def _calm(towns: Sequence[Town], seed: int) -> list[str]:
    """Until everything is answered and all banks say the same; what keeps them from it, where they do not."""
    chance = random.Random(f"calm {seed}")
    deadline = time.monotonic() + CALM_WITHIN_SECONDS
    while time.monotonic() < deadline:
        for town in towns:
            town.said.update(town.hand.do("answer", seed=chance.randrange(10**9), all_of_it=True))
        agreed = [same for town in towns for same in town.hand.do("compare")]
        waiting = [_waiting(town) for town in towns]
        if all(agreed) and not any(waiting):
            return []
        time.sleep(1.0)
    return [f"after {CALM_WITHIN_SECONDS} s {waiting} wait still, and {agreed.count(False)} statements differ"]


def _waiting(town: Town) -> int:
    return sum(state == "proposed" for state, _, _ in town.hand.do("books")["transfers"].values())


def _judge(books: Books) -> list[str]:
    faults = []
    for bank, book in books.items():
        for what, text in NOUGHTS.items():
            if book[what]:
                faults.append(f"{bank}: {text} {book[what]}")
        for peer, balance in book["clearing"].items():
            if balance != -books[peer]["clearing"][bank]:
                faults.append(f"{bank} has {balance} for {peer}, which has {books[peer]['clearing'][bank]}")
    known: dict[str, list[Any]] = {}
    for book in books.values():
        for uri, (state, minutes, across) in book["transfers"].items():
            if across:
                known.setdefault(uri, []).append((state, minutes))
    faults += [f"{uri} is {both}" for uri, both in known.items() if len(both) != 2 or both[0] != both[1]]
    return faults


def _told(
    towns: Sequence[Town], books: Books, proxy: Proxy, faults: list[str], times: tuple[int, float, float]
) -> Proof:
    count, stormed, calmed = times
    said = sum((town.said for town in towns), Counter[str]())
    fates = Counter(passage.fate for passage in proxy.book.passages)
    across = {
        uri: state for book in books.values() for uri, (state, _, is_across) in book["transfers"].items() if is_across
    }
    states = Counter(across.values())
    at_limit = sum(book["at_limit"] for book in books.values())
    requests = {str(fate): number for fate, number in fates.items()}
    print(f"the storm took {stormed:.0f} s, the calm {calmed:.0f} s; requests: {requests}")
    print(f"people: {dict(said)}; {len(across)} across: {dict(states)}; {at_limit} accounts came near their limit")
    for fault in faults[:30]:
        print(f"FAULT: {fault}")
    beyond, lost = said["refused"] + said["beyond"], fates[Fate.LOSE] + fates[Fate.DROP]
    figure = (
        f"{count} transfers in {len(towns)} banks, {len(across)} of them between two nodes; {lost} words lost, "
        f"{fates[Fate.DUPLICATE]} doubled, {fates[Fate.REORDER]} overtaken; {beyond} refused beyond a limit; "
        f"{len(faults)} sums, limits or states that are not as they must be"
    )
    happened = lost and fates[Fate.DUPLICATE] and fates[Fate.REORDER] and beyond and states["confirmed"]
    return Proof(figure, held=not faults and bool(happened))


if __name__ == "__main__":
    import sys

    print(exchange(int(sys.argv[1]), int(sys.argv[2]), quick=int(sys.argv[2]) <= QUICK_TRANSFERS).figure)
