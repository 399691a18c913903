"""Match, mandate, flotilla and time bank over three nodes and a bad network: all agree, and nothing crossed too early.

Three embedded neighbours behind a proxy that drops, loses, doubles, delays, reorders, cuts and corrupts what they say.
In each round a need is met, a mandate is objected to, agreed on and left, hours go from bank to bank, and a flotilla
sails, sums and dissolves; then every node says how all of it stands, and every request between them is searched for how
to reach the two of the match. The quick form is one round.
"""

from __future__ import annotations

import secrets
import tempfile
from collections import Counter
from pathlib import Path

from tests.federation.live.accords import Accords
from tests.federation.live.histories_plan import STORM
from tests.federation.live.proxy import Proxy
from tests.federation.live.proxy_plan import Weather
from tests.federation.live.shipyard import Shipyard
from tests.proofs import Proof

NAME = "agree"

NODES = ("camden", "hackney", "lambeth")
ROUNDS = 6
QUICK_BAD = Weather(delay=0.1, duplicate=0.2, reorder=0.15)
"""Without those that are only tried again after half a minute."""


def main(quick: bool) -> Proof:
    base = secrets.randbelow(10**9)
    faults: list[str] = []
    fates: Counter[str] = Counter()
    rounds = 1 if quick else ROUNDS
    with tempfile.TemporaryDirectory(prefix="flotilla-agree-") as folder:
        data = Path(folder)
        with (
            Proxy() as proxy,
            Shipyard(data / "yard", production=False, proxy=proxy) as yard,
            yard.company(*NODES, folder=data) as nodes,
        ):
            for number in range(rounds):
                accords = Accords(base + number, nodes, proxy, QUICK_BAD if quick else STORM)
                accords.run()
                print(f"seed {accords.seed}: {', '.join(accords.told)}")
                faults += [f"seed {accords.seed}: {fault}" for fault in accords.faults]
                fates.update(str(passage.fate) for passage, _body in accords.tape.said)
    for fault in faults:
        print(f"FAULT: {fault}")
    bad = sum(number for fate, number in fates.items() if fate != "pass")
    figure = (
        f"{rounds} rounds of match, mandate, flotilla and time bank on {len(NODES)} nodes, {bad} of {fates.total()}"
        f" requests met with misfortune: {len(faults)} disagreements, contacts sent early or astray, or words"
        " changed by others"
    )
    return Proof(figure, held=not faults and bad > 0)
