"""One peer that answers after half a minute and one that never does hold up nobody else, and both catch up in the end.

Four embedded neighbours behind a proxy. Needs are published on one and looked for on another, in turns while the other
two answer at once, and while one of them answers after 30 s and the other stays silent. The proxy speaks for those two:
so they cost the machine nothing either way, and what is measured is the sender. Then 30 days pass on all nodes
(libfaketime), the silent one is given up, comes back, and all four have to hold the same.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from tests.federation.live.hand import Hand
from tests.federation.live.much_later import let_days_pass, no_faketime
from tests.federation.live.node import InhabitedNode
from tests.federation.live.proxy import Proxy
from tests.federation.live.proxy_line import SILENT, Manner
from tests.federation.live.shipyard import Shipyard, at_once
from tests.federation.live.stories import agree
from tests.nodes import eventually
from tests.proofs import Proof
from tests.proofs._sightings import Strait, p95

NAME = "slow-peer"
ALONE = True

NODES = ("camden", "hackney", "lambeth", "newham")
ROUNDS, TIMES = 10, 40
QUICK_ROUNDS, QUICK_TIMES = 2, 8
AT_MOST = 1.2  # times the clean run
QUICK_AT_MOST = 1.5
"""So few measurements have no p95 worth its name: what the quick form compares are medians, to find somebody waiting
for somebody else."""
PROMPT = Manner(stands_in=True)
SLOW = Manner(after=30.0, stands_in=True)
WARM_UP = 2
DAYS = 30
CONVERGE_WITHIN_SECONDS = 300.0


def main(quick: bool) -> Proof:
    with tempfile.TemporaryDirectory(prefix="flotilla-slow-") as folder, Proxy() as proxy:
        data = Path(folder)
        with (
            Shipyard(data / "yard", production=False, proxy=proxy) as yard,
            yard.company(*NODES, folder=data) as nodes,
        ):
            clean, slow = _measure(nodes, proxy, *((QUICK_ROUNDS, QUICK_TIMES) if quick else (ROUNDS, TIMES)))
            usual, at_most = (median, QUICK_AT_MOST) if quick else (p95, AT_MOST)
            ratio = usual(slow) / usual(clean)
            figure = (
                f"publish to visible, {usual.__name__} of {len(slow)}: {usual(slow) * 1000:.0f} ms beside a slow and a "
                f"silent peer, {usual(clean) * 1000:.0f} ms without ({ratio:.2f} times)"
            )
            held = ratio <= at_most
            returned, told = _return(nodes, proxy)
    return Proof(f"{figure}; {told}", held=held and returned)


def _measure(nodes: Sequence[InhabitedNode], proxy: Proxy, rounds: int, times: int) -> tuple[list[float], list[float]]:
    """Seconds without and with them, in turns that swap their order, so that both see the same machine."""
    here, there, slow, silent = nodes
    at_once(InhabitedNode.stop, [slow, silent])
    clean_run: list[float] = []
    slow_run: list[float] = []
    with Hand(here) as hand:
        strait = Strait(here, there)
        strait.cross_many(WARM_UP)
        for number in range(rounds):
            for is_slow in (False, True) if number % 2 == 0 else (True, False):
                proxy.behave(slow.name, SLOW if is_slow else PROMPT)
                proxy.behave(silent.name, SILENT if is_slow else PROMPT)
                if is_slow:
                    strait.cross_many(WARM_UP)  # from now on somebody waits for the slow ones
                else:
                    eventually(lambda: not hand.do("unfinished"), within=CONVERGE_WITHIN_SECONDS)
                found = strait.cross_many(times)
                (slow_run if is_slow else clean_run).extend(found)
                what = "one slow, one silent" if is_slow else "clean"
                print(f"{what}: p95 {p95(found) * 1000:.0f} ms, slowest {max(found) * 1000:.0f} ms", flush=True)
        assert strait.is_shown()
    return clean_run, slow_run


def _return(nodes: Sequence[InhabitedNode], proxy: Proxy) -> tuple[bool, str]:
    """Whether all agree after the silent one came back, and how long that took, in words."""
    if missing := no_faketime():
        return False, f"not measured: the return after {DAYS} days, as {missing}"
    here, there, slow, silent = nodes
    proxy.behave(slow.name, SLOW)
    proxy.behave(silent.name, SILENT)
    Strait(here, there).cross_many(WARM_UP)
    at_once(InhabitedNode.stop, [here, there])
    proxy.refuse(silent.name)
    for node in nodes:
        let_days_pass(node, DAYS)
    at_once(InhabitedNode.start, [here, there])
    with Hand(here) as hand:
        eventually(lambda: hand.do("unfinished").get("dead federation.Delivery"), within=CONVERGE_WITHIN_SECONDS)
        given_up = hand.do("unfinished")["dead federation.Delivery"]
    proxy.heal()
    at_once(InhabitedNode.start, [slow, silent])
    back = time.monotonic()
    try:
        eventually(lambda: agree(*nodes), within=CONVERGE_WITHIN_SECONDS)
    except AssertionError as error:
        return False, f"after {DAYS} days the nodes never agreed: {error}"
    took = time.monotonic() - back
    return True, f"back after {DAYS} days, when {given_up} messages had been given up, all agree in {took:.1f} s"
