"""A need published on one node is painted on the open atlas of another about a second after the click.

Two embedded nodes and one Chromium on this machine. A steward publishes needs through the form; on the other node
a follower of the topic has the atlas open, with the bell above it. The clock starts at the click on Publish and stops
after the frame that shows the card, and the new count on the bell. Nothing is reloaded.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.browser.browsing import a_browser
from tests.browser.crossing import strait
from tests.parts import no_browser
from tests.proofs import Proof

NAME = "live"
ALONE = True

TIMES = 10
QUICK_TIMES = 4
AT_MOST_MS = 1000
QUICK_AT_MOST_MS = 5000  # CI does other things at the same time


def main(quick: bool) -> Proof:
    if missing := no_browser():
        return Proof(f"not measured: {missing}", held=False)
    with (
        tempfile.TemporaryDirectory(prefix="flotilla-live-") as data,
        a_browser() as browser,
        strait(browser, Path(data)) as water,
    ):
        crossings = water.cross_many(QUICK_TIMES if quick else TIMES)
    cards, bells = [crossing.card for crossing in crossings], [crossing.bell for crossing in crossings]
    print(f"card, ms: {_list(cards)}\nbell, ms: {_list(bells)}")
    figure = (
        f"click to paint on the other node, median of {len(crossings)}: card {statistics.median(cards):.0f} ms, "
        f"bell {statistics.median(bells):.0f} ms; slowest {max(cards + bells)} ms"
    )
    return Proof(figure, held=statistics.median(cards) < (QUICK_AT_MOST_MS if quick else AT_MOST_MS))


def _list(milliseconds: Sequence[int]) -> str:
    return ", ".join(map(str, milliseconds))
