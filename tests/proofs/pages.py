"""Ten main pages of a city of 20,000 things ask the database at most 20 times each and weigh at most 200 kB.

A node as full as `_city` makes it. Each page is asked for as a visitor and as somebody signed in; what counts is the
worse of the two. Bytes are those of the page itself, and for the front door also of everything that Chromium loads for
a first visit apart from the map, as sent over the line. The quick form has an eighth of the things.
"""

from __future__ import annotations

import gzip
import json
import statistics
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from config.demo.registers import there
from tests.federation.live.node import InhabitedNode
from tests.parts import chromium
from tests.proofs import Proof
from tests.proofs.search import DATA

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "pages"

THINGS, QUICK_THINGS = 20_000, 2_500
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
        part = "1/20" if quick else "1/1"  # of the registers, which are read and indexed one row after the other
        node.prepare(f"from tests.proofs._city import settle, grow; settle('{part}'); grow({things})")
        pages = json.loads(node.prepare("from tests.proofs.pages import measure; measure()").splitlines()[-1])
        first_visit = _first_visit(node) if chromium() else 0
    for path, (queries, size, packed, took) in pages.items():
        print(f"{path}: {queries} queries, {size / 1000:.0f} kB ({packed / 1000:.0f} kB packed), {took:.0f} ms")
    most_queries = max(queries for queries, *_rest in pages.values())
    most_bytes = max(size for _queries, size, *_rest in pages.values())
    slowest = max(took for *_rest, took in pages.values())
    return Proof(
        f"{len(pages)} pages at {things} things: at most {most_queries} queries, {most_bytes / 1000:.0f} kB, "
        f"{slowest:.0f} ms; first visit "
        + (f"{first_visit / 1000:.0f} kB without the map" if first_visit else "not made: there is no Chromium here"),
        held=most_queries <= MOST_QUERIES and max(most_bytes, first_visit) <= MOST_BYTES,
    )


def measure() -> None:
    """Inside the node: for each page queries, bytes, bytes packed, and the median of its milliseconds."""
    from django.conf import settings
    from django.test import Client

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
            with _counting() as asked:
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


@contextmanager
def _counting() -> Iterator[list[str]]:
    """Every statement sent to the database meanwhile, by whichever thread."""
    from django.db.backends.utils import CursorWrapper

    asked: list[str] = []
    real = CursorWrapper.execute

    def execute(self: Any, sql: Any, params: Any = None) -> Any:
        asked.append(str(sql))
        return real(self, sql, params)

    with patch.object(CursorWrapper, "execute", execute):
        yield asked


def _first_visit(node: InhabitedNode) -> int:
    """Bytes over the line until the front door is quiet; the map's own script never comes, so nothing of it does."""
    from tests.browser.browsing import a_browser, context_on

    sent: dict[str, float] = {}
    node.start()
    try:
        with a_browser() as browser:
            page = context_on(browser, node, service_workers="block").new_page()
            page.route("**/islands/map.js", lambda route: route.abort())
            line = page.context.new_cdp_session(page)
            names: dict[str, str] = {}
            line.on("Network.responseReceived", lambda got: names.update({got["requestId"]: got["response"]["url"]}))
            line.on(
                "Network.loadingFinished",
                lambda done: sent.update({names.get(done["requestId"], "?"): done["encodedDataLength"]}),
            )
            line.send("Network.enable")
            page.goto("/", wait_until="networkidle")
            page.wait_for_timeout(1_000)
    finally:
        node.stop()
    for address, size in sorted(sent.items(), key=lambda each: -each[1]):
        print(f"first visit: {size / 1000:.1f} kB {address.removeprefix(node.origin)}")
    assert any(address.endswith("app.css") for address in sent), f"no style among {sorted(sent)}"
    return int(sum(sent.values()))
