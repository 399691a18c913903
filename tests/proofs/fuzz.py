"""Nothing that a server can sign breaks this node, writes in another's name, or has it ask where it must not.

What other programs sent (where that lies beside the repository), what our own kinds say and what people do with our
things is changed into what is nearly valid, signed by whoever says it, posted to the inbox of a node in this process,
and worked off. Requests run up to the socket. Nothing may answer 5xx or end in an error; every message ends with an
outcome; whatever is kept stands on the server it came from and belongs to somebody there; what is ours is as it was;
no socket is made for an address that is not public. `SEED=… ROUND=… ./run prove fuzz` sails one round again.
"""

from __future__ import annotations

import os
import random
import time

from tests.proofs import Proof
from tests.proofs._node import a_node

NAME = "fuzz"

ACTIVITIES, QUICK_ACTIVITIES = 5_000, 400
QUICK_SECONDS = 40  # after which no round begins, on a busy machine
SHOWN = 10  # of what went wrong


def main(quick: bool) -> Proof:
    started = time.monotonic()
    with a_node():
        from tests.federation.fuzzing.voyage import ROUND, Tally, Voyage  # needs Django

        seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(1_000_000))
        print(f"SEED={seed}", flush=True)
        voyage, tally = Voyage(seed), Tally()
        print(f"{len(voyage.specimens)} documents to change", flush=True)
        rounds = (QUICK_ACTIVITIES if quick else ACTIVITIES) // ROUND
        only = os.environ.get("ROUND")
        for number in [int(only)] if only else range(rounds):
            voyage.sail(tally, number)
            if quick and number and time.monotonic() - started > QUICK_SECONDS:
                break
    for what, times in tally.became.most_common():
        print(f"{times:>6}  {what}")
    for wrong in tally.wrong[:SHOWN]:
        print(f"WRONG  {wrong}")
    taken = sum(times for what, times in tally.became.items() if what.startswith("taken"))
    figure = (
        f"{tally.sent} changed and correctly signed activities, {taken} of them let in: {len(tally.wrong)} things went "
        f"wrong, {tally.opened} requests went out and all were allowed (SEED={seed})"
    )
    return Proof(figure if not tally.wrong else figure.replace(" and all were allowed", ""), held=not tally.wrong)
