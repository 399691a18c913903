"""Somebody who publishes needs through the form while their node is killed under them, and keeps a book of it."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import TypeVar

from tests.federation.live.kinds import HOUSING
from tests.federation.live.kinds_forms import Browser, Form
from tests.federation.live.ledger import Ledger
from tests.federation.live.node import InhabitedNode

BROKEN = (OSError, http.client.HTTPException)  # refused, reset, or cut off in the middle
AFTER_A_BREAK_SECONDS = 0.1
PATIENCE_SECONDS = 120.0
BUTTON = "Publish"
CUTS_OFF_EVERY = 10
"""One form in so many is cut off by the client itself: the node goes on, and its answer reaches nobody."""
IMPATIENT_SECONDS = 0.03
GIVES_UP_EVERY = 10
"""Of those whose form broke off, one in so many does not try again, and never knows."""

Read = TypeVar("Read")


class StayHere(urllib.request.HTTPRedirectHandler):
    """The answer to a form is what counts; the page it leads to may break off like any other."""

    def redirect_request(self, *request: object) -> None:  # type: ignore[override]
        return None


class Publisher:
    """A person, their browser, and their book.

    `broken` counts forms whose first answer did not come, `cut` those among them that they cut off themselves.
    """

    def __init__(self, node: InhabitedNode) -> None:
        self.browser = Browser.signed_in(node, f"steward@{node.name}.example")
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.browser.cookies), StayHere())
        self.ledger = Ledger()
        self.broken = 0
        self.cut = 0
        self.slowest = 0.0

    def publish(self, title: str, *, sending: Callable[[], object], over: Callable[[], object]) -> None:
        """Fill in the form and send it, the same form again after each break, until the node says yes.

        Calls `sending` just before the form leaves for the first time, `over` when that is over.
        """
        form = self._again_and_again(lambda: self.browser.form(BUTTON, "/needs/new"))
        form.fill({"title": title, "summary": "Who can help?", "support": "space", "topics": [HOUSING]})
        self.ledger.send(title)
        sending()
        begun = time.monotonic()
        if self._sent_until_accepted(form):
            self.ledger.accept(title)
        over()
        self.slowest = max(self.slowest, time.monotonic() - begun)

    def _sent_until_accepted(self, form: Form) -> bool:
        is_impatient = len(self.ledger.sent) % CUTS_OFF_EVERY == 0
        try:
            return self._accepted(form, IMPATIENT_SECONDS if is_impatient else PATIENCE_SECONDS)
        except BROKEN:
            self.broken += 1
            self.cut += is_impatient
        return self.broken % GIVES_UP_EVERY != 0 and self._again_and_again(lambda: self._accepted(form))

    def _again_and_again(self, ask: Callable[[], Read]) -> Read:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                return ask()
            except BROKEN:
                time.sleep(AFTER_A_BREAK_SECONDS)
        raise AssertionError(f"the node has not answered for {PATIENCE_SECONDS:.0f} s")

    def _accepted(self, form: Form, patience: float = PATIENCE_SECONDS) -> bool:
        """Send the form once. Raises BROKEN when no whole answer came, AssertionError for a no."""
        try:
            with self.opener.open(form.request(BUTTON), timeout=patience) as answer:
                status, headers, said = answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as answer:
            status, headers, said = answer.code, answer.headers, answer.read()
        location = headers.get("Location", "")
        assert status == 302 and "/needs/" in location, f"{status} {location}: {said.decode(errors='replace')[:1000]}"
        return True
