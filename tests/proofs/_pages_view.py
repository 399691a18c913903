"""Ten main pages of a city of 20,000 things ask the database at most 20 times each and weigh at most 200 kB.

A node as full as `_city` makes it. Each page is asked for as a visitor and as somebody signed in; what counts is the
worse of the two. Bytes are those of the page itself, and for the front door also of everything a first visit loads for
it apart from the map. The quick form has a fifth of the things.
"""

from __future__ import annotations

import gzip
import json
import re
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from config.demo.registers import there
from tests.federation.live.node import InhabitedNode
from tests.proofs import Proof
from tests.proofs.search import DATA

NAME = "pages"  # not yet one of the proofs: the network takes seconds, and queries of other threads are not counted

THINGS, QUICK_THINGS = 20_000, 4_000
MOST_QUERIES, MOST_BYTES = 20, 200_000
PAGES = (
    "/",
    "/ask/?q=room+for+a+meeting",
    "/atlas/",
    "/atlas/?view=network",
    "/atlas/?view=topics",
    "/topics/housing",
    "/needs/",
    "/gatherings/",
    "/places/",
    "GROUP",
    "NEED",
)
ROUNDS = 5


def main(quick: bool) -> Proof:
    if not there(DATA):
        return Proof(f"not measured: {DATA} has no register", held=False)
    things = QUICK_THINGS if quick else THINGS
    with tempfile.TemporaryDirectory(prefix="flotilla-pages-") as folder:
        node = InhabitedNode("pages", Path(folder) / "node")
        node.lay_out()
        node.prepare(f"from tests.proofs._city import settle, grow; settle(); grow({things})")
        pages = json.loads(node.prepare("from tests.proofs._pages_view import measure; measure()").splitlines()[-1])
        node.start()
        try:
            first_visit = _first_visit(node)
        finally:
            node.stop()
    for path, (queries, size, packed, took) in pages.items():
        print(f"{path}: {queries} queries, {size / 1000:.0f} kB ({packed / 1000:.0f} kB packed), {took:.0f} ms")
    most_queries = max(queries for queries, *_rest in pages.values())
    most_bytes = max(size for _queries, size, *_rest in pages.values())
    slowest = max(took for *_rest, took in pages.values())
    return Proof(
        f"{len(pages)} pages at {things} things: at most {most_queries} queries, {most_bytes / 1000:.0f} kB, "
        f"{slowest:.0f} ms; first visit {first_visit / 1000:.0f} kB without the map",
        held=most_queries <= MOST_QUERIES and max(most_bytes, first_visit) <= MOST_BYTES,
    )


def measure() -> None:
    """Inside the node: for each page queries, bytes, bytes packed, and the median of its milliseconds."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from accounts.models import User
    from cop.models import Group, Proposal

    named = {
        "GROUP": Group.objects.order_by("pk").first().get_absolute_url(),  # type: ignore[union-attr]
        "NEED": Proposal.objects.filter(direction="need").order_by("pk").first().get_absolute_url(),  # type: ignore[union-attr]
    }
    visitor, member = Client(SERVER_NAME="127.0.0.1"), Client(SERVER_NAME="127.0.0.1")
    member.force_login(User.objects.order_by("pk").first(), backend=settings.AUTHENTICATION_BACKENDS[0])
    found: dict[str, tuple[int, int, int, float]] = {}
    for path in PAGES:
        worst: list[Any] = [0, 0, 0, 0.0]
        for client in (visitor, member):
            client.get(named.get(path, path))
            with CaptureQueriesContext(connection) as asked:
                answer = client.get(named.get(path, path))
            assert answer.status_code == 200, f"{path}: {answer.status_code}"
            times = []
            for _round in range(ROUNDS):
                started = time.perf_counter()
                client.get(named.get(path, path))
                times.append(1000 * (time.perf_counter() - started))
            told = [len(asked), len(answer.content), len(gzip.compress(answer.content)), statistics.median(times)]
            worst = [max(pair) for pair in zip(worst, told, strict=True)]
        found[path] = tuple(worst)
    print(json.dumps(found))


def _first_visit(node: InhabitedNode) -> int:
    """Bytes of the front door with its style, its fonts as it names them, and its script, as sent over the line."""
    page = node.visit("/").text
    linked = set(re.findall(r'(?:src|href)="(/static/[^"]+\.(?:css|js|woff2|svg))"', page))
    assert linked, "the front door links neither style nor script"
    return _sent(node, "/") + sum(_sent(node, path) for path in linked)


def _sent(node: InhabitedNode, path: str) -> int:
    from urllib.request import Request, urlopen

    with urlopen(Request(node.origin + path, headers={"Accept-Encoding": "gzip"}), timeout=30) as answer:
        return len(answer.read())
