"""A node that is killed again and again loses nothing it has accepted, and doubles nothing, there or at its neighbour.

An embedded node on SQLite gets `kill -9` at random moments while somebody publishes needs through the form: in the
middle of requests, of deliveries, and of the first sweep after a restart. The client keeps a book of every answer and
sends the same form again when the connection breaks, as a browser would; some give up instead and never know, and some
cut the connection themselves. In the end the book is compared with all that node and neighbour show: atlas, catalogue,
outbox, and the notices of somebody who follows the topic on the neighbour.
"""

from __future__ import annotations

import json
import random
import secrets
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.federation.live.kinds_shore import Shore
from tests.federation.live.ledger import Verdict, judge
from tests.federation.live.ledger_client import GIVES_UP_EVERY, Publisher
from tests.federation.live.ledger_kills import LANES, Captain, plan
from tests.federation.live.ledger_places import places
from tests.federation.live.node import InhabitedNode
from tests.federation.live.shipyard import Shipyard, at_sea
from tests.federation.live.stories import agree
from tests.nodes import eventually
from tests.proofs import Proof

NAME = "kill"

PUBLICATIONS, KILLS = 500, 20
QUICK_PUBLICATIONS, QUICK_KILLS = 60, 3
AGREE_WITHIN_SECONDS = 240.0

WORK = """
import json
from django.apps import apps
from django.db.models import Q
from django.utils import timezone
from journal.models import Claimable
to_do = Q(due_at__lte=timezone.now()) | Q(attempts__gt=0)
lanes = [model for model in apps.get_models() if issubclass(model, Claimable)]
left = {model._meta.label: model.objects.filter(to_do, state="ready").exclude(**periodic).count() for model in lanes
        for periodic in [{"key": "periodic"} if model._meta.label == "journal.Errand" else {"pk": None}]}
dead = {model._meta.label: model.objects.filter(state="dead").count() for model in lanes}
print(json.dumps({"left": left, "dead": dead}))
"""
"""Per lane what is due, tried again or in hand, clockwork apart, and what was given up. What is meant for later, as the
mail of the day, is no unfinished work."""


def main(quick: bool) -> Proof:
    seed = secrets.randbelow(10**9)
    return kill(seed, *((QUICK_PUBLICATIONS, QUICK_KILLS) if quick else (PUBLICATIONS, KILLS)))


def kill(seed: int, publications: int, kills: int) -> Proof:
    print(f"seed {seed}", flush=True)
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="flotilla-kill-") as folder:
        data = Path(folder)
        with Shipyard(data / "yard", production=False) as yard:
            node, peer = yard.neighbours("camden", "hackney", data)
            with at_sea(node, peer):
                return _publish_and_kill(Shore(node), Shore(peer), publications, kills, chance)


def _publish_and_kill(home: Shore, peer: Shore, publications: int, kills: int, chance: random.Random) -> Proof:
    captain = Captain(home.node, plan(publications, kills, chance))
    client = Publisher(home.node)
    begun = time.monotonic()
    for number in range(publications):
        client.publish(
            f"Need {number:03}",
            sending=lambda number=number: captain.sending(number),
            over=lambda number=number: captain.over(number),
        )
    captain.wait()
    took = time.monotonic() - begun
    settled, agreed_after = _settle(home.node, peer.node, captain)
    verdict = judge(client.ledger, places(home, peer))
    _tell(captain, client, took, settled, verdict)
    lost, doubled = Verdict.counted(verdict.lost), Verdict.counted(verdict.doubled)
    told = "never" if agreed_after is None else f"{agreed_after:.1f} s after the last start"
    figure = (
        f"{publications} publications, {len(captain.done)} kills -9: {lost} lost, {doubled} doubled on the node and "
        f"its peer; digests agree {told}"
    )
    return Proof(figure, held=verdict.holds and not settled and agreed_after is not None and len(captain.done) == kills)


def _settle(node: InhabitedNode, peer: InhabitedNode, captain: Captain) -> tuple[str, float | None]:
    """What keeps the two from being at rest (nothing, as a rule), and when after the last start they agreed."""
    try:
        eventually(lambda: agree(node, peer), within=AGREE_WITHIN_SECONDS)
    except AssertionError as error:
        return f"the digests do not agree: {error}", None
    agreed_after = time.monotonic() - captain.last_start
    try:
        eventually(lambda: not _unfinished(node) and not _unfinished(peer), within=AGREE_WITHIN_SECONDS)
    except AssertionError:
        return f"work is left: {_unfinished(node)} {_unfinished(peer)}", agreed_after
    return "", agreed_after


def _unfinished(node: InhabitedNode) -> dict[str, Any]:
    found: dict[str, dict[str, int]] = json.loads(node.prepare(WORK))
    return {f"{state} {lane}": number for state, lanes in found.items() for lane, number in lanes.items() if number}


def _tell(captain: Captain, client: Publisher, took: float, settled: str, verdict: Verdict) -> None:
    hit = ", ".join(f"{captain.in_hand[lane]} of {lane}" for lane in LANES)
    restarts = f"{statistics.median(captain.restarts):.1f} s, at most {max(captain.restarts):.1f} s"
    print(f"kills around publication {', '.join(map(str, captain.done))}")
    print(f"kills in the middle of something: {client.broken - client.cut} of forms, {hit}")
    print(f"the client cut off {client.cut} more forms, and all but one in {GIVES_UP_EVERY} were sent again")
    print(
        f"published in {took:.0f} s: {len(client.ledger.accepted)} accepted, {len(client.ledger.unanswered)} never "
        f"answered, the slowest after {client.slowest:.1f} s; restarts took {restarts}"
    )
    for fault in [*filter(None, [settled]), *verdict.faults()]:
        print(f"FAULT: {fault}")
