"""What is drawn is what is listed: map, network and topics have the things of their lists, in the same order.

One node holds the three demo kits. For each of five sets of filters everything is read as a browser without scripts
would, page after page, and compared with what the drawings are made of. *Map*: the points are the things of the list
that have a point, in the order of the list; in Chromium, the pins together stand for as many. *Network*: the relations
of the drawing are the rows of the table, in its order; in Chromium, every thing of the drawing can be reached and has
the name it has in the table. *Topics*: the list is that of the map, and each number beside a topic is the length of the
list that it leads to. The quick form has three of the sets.
"""

from __future__ import annotations

import html
import json
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.federation.live.node import InhabitedNode
from tests.parts import chromium
from tests.proofs import Proof
from tests.proofs.tasks import LOAD

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAME = "parity"

FILTERS = ("", "topic=housing", "node=here&axis=education", "kind=need", "q=map")
QUICK_FILTERS = FILTERS[:3]

# As the pages write them: a card of the list, a row of the table, a number beside a topic, how many were found.
CARD = re.compile(r'<article class="card" data-uri="([^"]+)">')
ROW = re.compile(
    r'<tr data-uri="([^"]+)">.*?<a href="([^"]+)"[^>]*>([^<]*)</a></th>\s*<td>([^<]*)</td>\s*<td>.*?<a href="([^"]+)"',
    re.DOTALL,
)
NUMBER = re.compile(r'<a class="topic-count" href="(\?[^"]+)"[^>]*>(\d+)<')
FOUND = re.compile(r"(\d+) things? found\.")


def main(quick: bool) -> Proof:
    faults: list[str] = []
    compared = 0
    sets = QUICK_FILTERS if quick else FILTERS
    with tempfile.TemporaryDirectory(prefix="flotilla-parity-") as folder:
        node = InhabitedNode("parity", Path(folder) / "node")
        node.lay_out()
        node.prepare(LOAD)
        placed = set(json.loads(node.prepare(PLACED).splitlines()[-1]))
        node.start()
        try:
            for filters in sets:
                for name, one, other in _pairs(node, filters, placed):
                    compared += len(one)
                    print(f"{filters or 'no filter'}: {name}: {len(one)} and {len(other)}")
                    if one != other or not one:
                        faults.append(f"{filters or 'no filter'}: {name}: {_difference(one, other)}")
            if chromium():
                faults += _drawn(node, sets, placed)
        finally:
            node.stop()
    for fault in faults:
        print(fault)
    drawn = "" if chromium() else "; nothing was drawn: there is no Chromium here"
    figure = f"{compared} things and relations compared on {len(sets)} sets of filters, {len(faults)} differ{drawn}"
    return Proof(figure, held=not faults)


PLACED = """
import json
from atlas.models import Card
print(json.dumps(list(Card.objects.filter(cell__isnull=False).values_list("uri", flat=True))))
"""


def _pairs(node: InhabitedNode, filters: str, placed: set[str]) -> list[tuple[str, list[Any], list[Any]]]:
    listed = _listed(node, f"/atlas/?{filters}")
    points = node.visit(f"/atlas/cards.geojson?{filters}").json()["features"]
    drawing = node.visit(f"/atlas/network.json?{filters}").json()
    urls = {each["uri"]: each["url"] for each in drawing["nodes"]}
    links = [(urls[each["from"]], each["relation"], urls[each["to"]]) for each in drawing["links"]]
    rows = [(source, words, target) for _uri, source, _title, words, target in _rows(node, filters)]
    topics = _pages(node, f"/atlas/?view=topics&{filters}")
    numbers = [(html.unescape(where), int(number)) for where, number in NUMBER.findall(topics[0])]
    lengths = [(where, _length(node.visit(f"/atlas/{where}").text)) for where, _number in numbers]
    return [
        ("list and map", [uri for uri in listed if uri in placed], [each["properties"]["uri"] for each in points]),
        ("table and network", rows, links),
        ("list beside the network", listed, _listed(node, f"/atlas/?view=network&{filters}")),
        ("list beside the topics", listed, [uri for page in topics for uri in CARD.findall(page)]),
        ("numbers of the topics", numbers, lengths),
    ]


def _listed(node: InhabitedNode, address: str) -> list[str]:
    return [html.unescape(uri) for page in _pages(node, address) for uri in CARD.findall(page)]


def _pages(node: InhabitedNode, address: str, name: str = "page") -> list[str]:
    """Page after page, until one has no next."""
    pages: list[str] = []
    while not pages or f"{name}={len(pages) + 1}" in pages[-1]:
        pages.append(node.visit(f"{address}&{name}={len(pages) + 1}").text)
    return pages


def _rows(node: InhabitedNode, filters: str) -> list[tuple[str, ...]]:
    pages = _pages(node, f"/atlas/?view=network&{filters}", "rows")
    return [tuple(html.unescape(part.strip()) for part in row) for page in pages for row in ROW.findall(page)]


def _length(page: str) -> int:
    found = FOUND.search(page)
    assert found, page[:2_000]
    return int(found[1])


def _difference(one: list[Any], other: list[Any]) -> str:
    missing = [each for each in one if each not in other] + [each for each in other if each not in one]
    if missing:
        return f"{len(missing)} stand on one side only, such as {missing[0]}"
    return "the same in another order" if one else "nothing on either side"


# --- In the browser ---------------------------------------------------------------------------------------


def _drawn(node: InhabitedNode, sets: tuple[str, ...], placed: set[str]) -> list[str]:
    from tests.browser.browsing import a_browser

    with a_browser() as browser:
        return [fault for filters in sets for fault in _drawn_of(browser, node, filters, placed)]


def _drawn_of(browser: Browser, node: InhabitedNode, filters: str, placed: set[str]) -> list[str]:
    from tests.browser.browsing import context_on

    wanted = [uri for uri in _listed(node, f"/atlas/?{filters}") if uri in placed]
    titles = sorted({each["title"] for each in node.visit(f"/atlas/network.json?{filters}").json()["nodes"]})
    context = context_on(browser, node, viewport={"width": 1280, "height": 720}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"/atlas/?{filters}")
    page.locator(".map-view .map-bar button").last.click()  # everything, not the metropolis alone
    page.wait_for_timeout(500)
    counts = page.locator(".map-count .map-number").all_inner_texts()
    pins = sum(map(int, counts)) + page.locator(".map-pin").count()
    page.goto(f"/atlas/?view=network&{filters}")
    page.locator(".network-node").first.wait_for()
    labels = page.locator(".network-node").evaluate_all("nodes => nodes.map((node) => node.getAttribute('aria-label'))")
    context.close()
    print(f"{filters or 'no filter'}: drawn: {pins} of {len(wanted)} on the map, {len(labels)} in the network")
    faults = []
    if pins != len(wanted):
        faults.append(f"{filters or 'no filter'}: pins stand for {pins} things, the list has {len(wanted)}")
    unnamed = [title for title in titles if not any(label.startswith(title) for label in labels)]
    if unnamed or not labels:
        faults.append(f"{filters or 'no filter'}: not in the drawing: {unnamed[:3]}")
    return faults
