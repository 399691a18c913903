"""One node full of everything, and people in front of it."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.browsing import context_on, sign_in, speak
from tests.browser.crew import GUARDED, VISITOR
from tests.federation.live.node import InhabitedNode
from tests.nodes import ROOT

A_SHORT_PAGE = "/accessibility/"
"""Without a map, which takes a browser longer to draw than everything else of signing in."""
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
STOCK = "import json; from tests.browser.stocking import stock; print(json.dumps(stock({kits})))"


class Harbour(InhabitedNode):
    """A node whose mail is written to its log."""

    def __init__(self, data: Path, kits: int = 3) -> None:
        super().__init__("harbour", data)
        self.environment["EMAIL_URL"] = "consolemail://"
        self.kits = kits
        self.names: dict[str, str] = {}

    def lay_out(self) -> None:
        """Nothing: `stock` makes the tables, in the process that fills them."""
        self.data.mkdir(parents=True, exist_ok=True)

    def start(self) -> None:
        if not self.names:
            self.names = json.loads(self.prepare(STOCK.format(kits=self.kits)))
            self.codes = iter(self.names.pop("codes").split())
        super().start()


class Crowd:
    """One browser for each person of one language, signed in when first needed."""

    def __init__(self, browser: Browser, harbour: Harbour, language: str, **options: object) -> None:
        self.browser, self.harbour, self.language, self.options = browser, harbour, language, options
        self._pages: dict[str, Page] = {}
        self._contexts: list[BrowserContext] = []

    def page_of(self, who: str) -> Page:
        """The one page of this person; an empty name is a visitor."""
        if who not in self._pages:
            page = self._pages[who] = self._browse()
            if who != VISITOR:
                self._come(page, who)
        return self._pages[who]

    def stranger(self) -> Page:
        """The visitor, without what the node has given them so far: somebody it has never seen."""
        page = self.page_of(VISITOR)
        page.context.clear_cookies()
        return page

    def _browse(self) -> Page:
        context = context_on(
            self.browser, self.harbour, language=self.language, reduced_motion="reduce", **self.options
        )
        context.add_init_script(path=AXE)
        self._contexts.append(context)
        return context.new_page()

    def _come(self, page: Page, who: str) -> None:
        sign_in(page, who, then=A_SHORT_PAGE)
        if who == GUARDED:
            page.fill("[name=code]", next(self.harbour.codes))
            page.locator("main form.form button[type=submit]").first.click()
            page.wait_for_url(lambda address: "/2fa/" not in address)
        speak(page, self.language)

    def leave(self) -> None:
        for context in self._contexts:
            context.close()
