"""How long it takes from the press of Publish on one node until the card is on another.

The eye on the other node is a look at its table of cards, by the card's address: pages asked for often enough to
measure milliseconds would be most of what the machine does. That the page shows what the table holds is looked at
once, in the end.
"""

from __future__ import annotations

import math
import sqlite3
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import closing

from tests.federation.live.kinds import HOUSING
from tests.federation.live.kinds_forms import Browser
from tests.federation.live.ledger_client import StayHere
from tests.federation.live.node import InhabitedNode
from tests.federation.live.stories import cards
from tests.nodes import eventually

LOOK_EVERY_SECONDS = 0.01
LOST_AFTER_SECONDS = 120.0
BETWEEN_SECONDS = 0.1


class Strait:
    """A steward who publishes needs on one node, and an eye on another. Both are embedded nodes on SQLite."""

    def __init__(self, here: InhabitedNode, there: InhabitedNode) -> None:
        self.here = here
        self.there = there
        self.published = 0
        self.browser = Browser.signed_in(here, f"steward@{here.name}.example")
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.browser.cookies), StayHere())

    def cross(self) -> float:
        """Seconds from the press of the button to the card. AssertionError when it never comes."""
        self.published += 1
        form = self.browser.form("Publish", "/needs/new")
        form.fill({"title": self.title, "summary": "Who can help?", "support": "space", "topics": [HOUSING]})
        begun = time.monotonic()
        uri = self.here.origin + self._send(form.request("Publish"))
        with closing(sqlite3.connect(f"file:{self.there.data / 'node.sqlite3'}?mode=ro", uri=True)) as table:
            while not table.execute("SELECT 1 FROM atlas_card WHERE uri = ?", (uri,)).fetchone():
                assert time.monotonic() - begun < LOST_AFTER_SECONDS, f"{uri} never came to {self.there.name}"
                time.sleep(LOOK_EVERY_SECONDS)
        took = time.monotonic() - begun
        time.sleep(BETWEEN_SECONDS)
        return took

    def cross_many(self, times: int) -> list[float]:
        return [self.cross() for _ in range(times)]

    def is_shown(self) -> bool:
        """Whether the last card is on the other node's page as well as in its table."""
        return eventually(lambda: self.title in cards(self.there, kind="need"), within=30)

    @property
    def title(self) -> str:
        return f"Across {self.published}"

    def _send(self, request: urllib.request.Request) -> str:
        try:
            with self.opener.open(request, timeout=60) as answer:
                status, location = answer.status, answer.headers.get("Location", "")
        except urllib.error.HTTPError as answer:
            status, location = answer.code, answer.headers.get("Location", "")
        assert status == 302 and "/needs/" in location, f"{status} {location}"
        return str(location).removeprefix(self.here.origin)


def p95(seconds: Sequence[float]) -> float:
    """The value that nineteen of twenty do not exceed."""
    return sorted(seconds)[math.ceil(0.95 * len(seconds)) - 1]
