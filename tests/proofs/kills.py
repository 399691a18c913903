"""Nodes whose processes are killed 300 times lose nothing they have accepted and double nothing, there or elsewhere.

Two neighbours on PostgreSQL and Redis, each with a web process, a worker and a beat, get `kill -9`, one process at a
time, for about ten minutes, while somebody publishes needs on each through the form: in the middle of requests, of
deliveries, and of the first sweep after a restart. The clients keep a book of every answer and send the same form again
when the connection breaks, as a browser would; some give up instead and never know, and some cut the connection
themselves. In the end the books are compared with all that both nodes show: atlas, catalogue, outbox, and the notices
of somebody who follows the topic on the other node. A proxy between them counts what was delivered more than once,
which is allowed.

The quick form kills embedded nodes, whole: SQLite, everything in one process.
"""

from __future__ import annotations

import random
import secrets
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests import parts
from tests.federation.live.hand import Hand
from tests.federation.live.kinds_shore import Shore
from tests.federation.live.ledger import Verdict, judge
from tests.federation.live.ledger_client import GIVES_UP_EVERY, Publisher
from tests.federation.live.ledger_kills import LANES, Captain, plan
from tests.federation.live.ledger_places import places
from tests.federation.live.proxy import Proxy
from tests.federation.live.shipyard import Shipyard
from tests.federation.live.stories import agree
from tests.nodes import eventually
from tests.proofs import Proof

NAME = "kills"
ALONE = True

NODES = ("camden", "hackney")
PUBLICATIONS, KILLS = 750, 300
QUICK_PUBLICATIONS, QUICK_KILLS = 30, 4
AT_REST_WITHIN_SECONDS = 300.0


@dataclass
class Town:
    """One node, who publishes there, and who kills it."""

    shore: Shore
    client: Publisher
    captain: Captain


def main(quick: bool) -> Proof:
    seed = secrets.randbelow(10**9)
    publications, kills = (QUICK_PUBLICATIONS, QUICK_KILLS) if quick else (PUBLICATIONS, KILLS)
    if not quick and (missing := parts.no_services()):
        return Proof(f"not measured: {missing}", held=False)
    return kill(seed, publications, kills, production=not quick)


def kill(seed: int, publications: int, kills: int, *, production: bool) -> Proof:
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="flotilla-kills-") as folder, Proxy() as proxy:
        data = Path(folder)
        with (
            Shipyard(data / "yard", production=production, proxy=proxy) as yard,
            yard.company(*NODES, folder=data) as nodes,
        ):
            share, each = publications // len(nodes), kills // len(nodes)
            towns = []
            for node in nodes:
                chance = random.Random(f"{seed} {node.name}")
                towns.append(Town(Shore(node), Publisher(node), Captain(node, plan(share, each, chance), chance)))
            return _publish_and_kill(towns, share, proxy)


def _publish_and_kill(towns: Sequence[Town], share: int, proxy: Proxy) -> Proof:
    begun = time.monotonic()
    with ThreadPoolExecutor(max_workers=len(towns)) as pool:
        list(pool.map(lambda town: _publish(town, share), towns))
    took = time.monotonic() - begun
    settled, agreed_after = _settle(towns)
    verdicts = [_verdict(home, peer) for home, peer in (towns, towns[::-1])]
    repeated = proxy.book.repeated()
    _tell(towns, took, settled, verdicts)
    done = sum(len(town.captain.done) for town in towns)
    killed = sum((town.captain.killed for town in towns), Counter[str]())
    which = ", ".join(f"{number} of {name}" for name, number in sorted(killed.items()))
    lost = sum(Verdict.counted(verdict.lost) for verdict in verdicts)
    doubled = sum(Verdict.counted(verdict.doubled) for verdict in verdicts)
    told = "never" if agreed_after is None else f"{agreed_after:.1f} s after the last start"
    figure = (
        f"{share * len(towns)} publications in {took / 60:.1f} min, {done} kills -9 "
        f"({which}): {lost} lost, {doubled} doubled on either node; "
        f"digests agree {told}; {repeated} deliveries came to a node that had taken them before"
    )
    planned = sum(len(town.captain.kills) for town in towns)
    return Proof(
        figure,
        held=all(verdict.holds for verdict in verdicts)
        and not settled
        and agreed_after is not None
        and done == planned,
    )


def _publish(town: Town, share: int) -> None:
    captain = town.captain
    for number in range(share):
        captain.keep_up()
        town.client.publish(
            f"{town.shore.name} {number:03}",
            sending=lambda number=number: captain.sending(number),
            over=lambda number=number: captain.over(number),
        )
    captain.wait()


def _settle(towns: Sequence[Town]) -> tuple[str, float | None]:
    """What keeps the nodes from being at rest (nothing, as a rule), and when after the last start they agreed."""
    nodes = [town.shore.node for town in towns]
    try:
        eventually(lambda: agree(*nodes), within=AT_REST_WITHIN_SECONDS)
    except AssertionError as error:
        return f"the digests do not agree: {error}", None
    agreed_after = time.monotonic() - max(town.captain.last_start for town in towns)
    with ExitStack() as stack:
        hands = [stack.enter_context(Hand(node)) for node in nodes]
        try:
            eventually(lambda: not any(hand.do("unfinished") for hand in hands), within=AT_REST_WITHIN_SECONDS)
        except AssertionError:
            return f"work is left: {[hand.do('unfinished') for hand in hands]}", agreed_after
    return "", agreed_after


def _verdict(home: Town, peer: Town) -> Verdict:
    """What both nodes show of what was published on one of them."""
    shown = places(home.shore, peer.shore)
    mine = {place: [title for title in titles if title.startswith(home.shore.name)] for place, titles in shown.items()}
    return judge(home.client.ledger, mine)


def _tell(towns: Sequence[Town], took: float, settled: str, verdicts: Sequence[Verdict]) -> None:
    for town in towns:
        client, captain = town.client, town.captain
        hit = ", ".join(f"{captain.in_hand[lane]} of {lane}" for lane in LANES)
        restarts = f"{statistics.median(captain.restarts):.1f} s, at most {max(captain.restarts):.1f} s"
        print(f"{town.shore.name}: kills in the middle of something: {client.broken - client.cut} of forms, {hit}")
        print(f"the client cut off {client.cut} more forms, and all but one in {GIVES_UP_EVERY} were sent again")
        print(
            f"published in {took:.0f} s: {len(client.ledger.accepted)} accepted, {len(client.ledger.unanswered)} never "
            f"answered, the slowest after {client.slowest:.1f} s; restarts took {restarts}"
        )
    for fault in [*filter(None, [settled]), *(fault for verdict in verdicts for fault in verdict.faults())]:
        print(f"FAULT: {fault}")
