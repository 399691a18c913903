"""A node that joins late holds all that was published before, even if it is killed halfway, and the others stay quick.

Three embedded neighbours hold 5,000 objects, most of them of one node, when a fourth becomes the neighbour of all. At
half of them it gets `kill -9`, starts again, and must go on where its cursors stood: no page of a catalogue that it had
taken in is asked for again. Meanwhile needs are published on one of the others and looked for on another, as before it
came. A proxy between the nodes counts the requests; it does nothing else. All nodes share one machine here, so the
fourth gets what the others leave: on its own machine its work would take nothing from them, and what is measured is
what it asks of them.
"""

from __future__ import annotations

import sqlite3
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from tests.federation.live.hand import Hand
from tests.federation.live.node import InhabitedNode, Visitor
from tests.federation.live.proxy import Proxy
from tests.federation.live.proxy_book import CATALOGUE, OBJECT, PARTS, TOGETHER, Book
from tests.federation.live.proxy_plan import Weather
from tests.federation.live.shipyard import Shipyard, at_sea
from tests.federation.live.stories import AGREED, agree, steward
from tests.nodes import eventually
from tests.proofs import Proof
from tests.proofs._sightings import Strait, p95

NAME = "late-joiner"
ALONE = True

OK = 200
NODES = ("camden", "hackney", "lambeth")
LATE = "newham"
OBJECTS, TIMES = 5000, 100
QUICK_OBJECTS, QUICK_TIMES = 130, 8
AT_MOST = 1.5  # times the p95 of before
QUICK_WEATHER = Weather(reorder=1.0)
"""So few objects would be read before anybody could kill it halfway: its questions are held up, two seconds each."""
MOST_OTHERS = 50
"""Requests of a comparison: what changed while a page was read, and the group of each steward."""
WITHIN_SECONDS = 1800.0
ASKS_US = "SELECT id FROM federation_node WHERE origin = ? AND peering = 'asked'"


@dataclass
class Joining:
    """What happened while the fourth node read. When it was killed, `cursors` says how far it had read each origin, and
    `unread` what was still to come of the longest catalogue, as that had told with its last page."""

    seconds: float = 0.0
    killed_at: int = 0
    killed: float = 0.0
    unread: int = 0
    cursors: dict[str, int] | None = None
    crossings: tuple[float, ...] = ()
    log: list[tuple[float, str]] = field(default_factory=list)

    def note(self, what: str) -> None:
        self.log.append((time.monotonic(), what))


def main(quick: bool) -> Proof:
    objects, times = (QUICK_OBJECTS, QUICK_TIMES) if quick else (OBJECTS, TIMES)
    with tempfile.TemporaryDirectory(prefix="flotilla-late-") as folder, Proxy() as proxy:
        data = Path(folder)
        with (
            Shipyard(data / "yard", production=False, proxy=proxy) as yard,
            yard.company(*NODES, folder=data) as nodes,
        ):
            _publish(nodes, objects)
            late = yard.node(LATE, data)
            late.yields = True
            with at_sea(late):
                stewards = {node: steward(node) for node in (late, *nodes)}
                strait = Strait(nodes[0], nodes[1])
                strait.cross_many(2)
                before = strait.cross_many(times)
                if quick:
                    for node in nodes:
                        proxy.weather(QUICK_WEATHER, LATE, node.name)
                joining = _join(late, stewards, strait, objects)
                assert strait.is_shown()
    faults = list(_read_again(proxy.book, joining, {node.origin: node.name for node in nodes}))
    again = len(faults)
    if not joining.unread:
        faults.append("it had read the longest catalogue to its end before it was killed")
    faults += _not_resumed(proxy.book, joining, {node.origin: node.name for node in nodes})
    for fault in faults:
        print(f"FAULT: {fault}")
    asked = Counter(passage.kind for passage in proxy.book.since(0.0) if passage.sender == LATE)
    others = asked[OBJECT] + asked[TOGETHER] + asked[PARTS]
    if others > MOST_OTHERS:
        faults.append(f"{others} things were asked for by themselves: the catalogues should have brought them")
    usual = median if quick else p95  # of so few times p95 would be the slowest
    ratio = usual(joining.crossings) / usual(before)
    figure = (
        f"{objects} objects: equal {joining.seconds:.0f} s after it joined, killed at {joining.killed_at}, "
        f"{asked[CATALOGUE]} pages read, {again} of them again, {others} other requests; "
        f"the others' publish to visible {usual.__name__} {usual(joining.crossings) * 1000:.0f} ms of "
        f"{len(joining.crossings)}, {usual(before) * 1000:.0f} ms before ({ratio:.2f} times)"
    )
    return Proof(figure, held=ratio <= AT_MOST and not faults)


def _publish(nodes: Sequence[InhabitedNode], objects: int) -> None:
    with ExitStack() as stack:
        hands = [stack.enter_context(Hand(node)) for node in nodes]
        few = objects // 10
        shares = [objects - few * (len(hands) - 1), *[few] * (len(hands) - 1)]

        def publish(hand: Hand, share: int) -> None:
            for number in range(share):
                hand.do("publish", title=f"Need {number}", summary="Who can help?")

        begun = time.monotonic()
        with ThreadPoolExecutor(max_workers=len(hands)) as pool:
            list(pool.map(publish, hands, shares))
        eventually(lambda: all(len(hand.do("held")) > objects for hand in hands), within=WITHIN_SECONDS)
        eventually(lambda: not any(hand.do("unfinished") for hand in hands), within=WITHIN_SECONDS)
        eventually(lambda: agree(*nodes), within=WITHIN_SECONDS)
        print(f"{objects} objects on {len(nodes)} nodes in {time.monotonic() - begun:.0f} s", flush=True)


def _join(late: InhabitedNode, stewards: dict[InhabitedNode, Visitor], strait: Strait, objects: int) -> Joining:
    """Becomes the neighbour of all, is killed at half and started again; the others go on all the while."""
    nodes = [node for node in stewards if node is not late]
    joining = Joining()
    over = threading.Event()
    crossings: list[float] = []

    def cross() -> None:
        while not over.is_set():
            crossings.append(strait.cross())
            joining.note(f"{crossings[-1] * 1000:.0f} ms")

    others = threading.Thread(target=cross)
    begun = time.monotonic()
    others.start()
    try:
        for node in reversed(nodes):  # the longest catalogue last: it is read when the node is killed
            _agree(late, node, stewards)
            joining.note(f"neighbour of {node.name}")
        eventually(lambda: _held(late) >= objects / 2, within=WITHIN_SECONDS)
        late.kill()
        joining.note("killed")
        joining.killed, joining.killed_at, joining.cursors = time.monotonic(), _held(late), _cursors(late)
        joining.unread = _left(late, nodes[0])
        late.start()
        joining.note("back")
        eventually(lambda: _held(late) >= objects, within=WITHIN_SECONDS)
    finally:
        over.set()
        others.join()
    eventually(lambda: agree(late, *nodes), within=WITHIN_SECONDS)
    print("; ".join(f"{at - begun:.0f} s: {what}" for at, what in joining.log), flush=True)
    joining.seconds, joining.crossings = time.monotonic() - begun, tuple(crossings)
    return joining


def _agree(late: InhabitedNode, node: InhabitedNode, stewards: dict[InhabitedNode, Visitor]) -> None:
    """One steward asks, the other says yes, each with a click: whoever reloads their pages slows down the others."""
    asked = stewards[late].post("/desk/neighbours/invitations", {"address": node.origin, **AGREED}, "/desk/neighbours")
    assert asked.status == 200, asked.text[:1000]
    there = eventually(lambda: _asked(node, ASKS_US, late.origin), within=30)[0][0]
    page = f"/desk/neighbours/{there}"
    assert stewards[node].post(f"{page}/accept", AGREED, page).status == 200


def _held(node: InhabitedNode) -> int:
    return int(_asked(node, "SELECT count(*) FROM federation_document WHERE counted AND public")[0][0])


def _left(late: InhabitedNode, node: InhabitedNode) -> int:
    """What is still to be read of a catalogue."""
    return int(_asked(late, "SELECT catalogue_left FROM federation_node WHERE origin = ?", node.origin)[0][0] or 0)


def _cursors(node: InhabitedNode) -> dict[str, int]:
    return dict(_asked(node, "SELECT origin, catalogue_cursor FROM federation_node"))


def _asked(node: InhabitedNode, query: str, *about: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{node.data / 'node.sqlite3'}?mode=ro", uri=True)) as table:
        return table.execute(query, about).fetchall()


def _not_resumed(book: Book, joining: Joining, names: dict[str, str]) -> Iterator[str]:
    """Catalogues that were not read to their end when it was killed, and in which it did not go on where it stood; and
    pages that were read twice."""
    assert joining.cursors is not None
    first: dict[str, int] = {}
    times: Counter[tuple[str, int]] = Counter()
    for passage in book.since(0.0, CATALOGUE):
        if passage.sender != LATE:
            continue
        after = int(passage.path.rpartition("=")[2])
        times[passage.receiver, after] += passage.status == OK
        if passage.at >= joining.killed:
            first.setdefault(passage.receiver, after)
    longest = NODES[0]
    stood = {names[origin]: cursor for origin, cursor in joining.cursors.items() if origin in names}
    if first.get(longest) != stood[longest]:
        yield f"it went on in the catalogue of {longest} after {first.get(longest)}, and stood at {stood[longest]}"
    for (receiver, after), number in times.items():
        was_in_hand = after == stood[receiver]  # what was asked for when it was killed is asked for again
        if number > 1 + was_in_hand:
            yield f"the page after {after} of {receiver} was read {number} times"


def _read_again(book: Book, joining: Joining, names: dict[str, str]) -> Iterator[str]:
    """Pages that the late node asked for although it had taken them in before it was killed."""
    assert joining.cursors is not None
    had = {names[origin]: cursor for origin, cursor in joining.cursors.items() if origin in names}
    for passage in book.since(joining.killed, CATALOGUE):
        after = int(passage.path.rpartition("=")[2])
        if passage.sender == LATE and after < had[passage.receiver]:
            yield f"{passage.path} of {passage.receiver}, though it stood at {had[passage.receiver]}"
