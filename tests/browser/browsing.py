"""A real Chromium in the hands of somebody who knows the pages: signing in, watching, listening for complaints."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, sync_playwright

from tests.federation.live.node import PASSWORD
from tests.parts import chromium

if TYPE_CHECKING:
    from tests.nodes import LiveNode

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 15_000  # before a step of a browser counts as failed on a busy machine


def launch_options() -> dict[str, Any]:
    return {"executable_path": chromium(), "args": [*ARGUMENTS]}


@contextmanager
def a_browser() -> Iterator[Browser]:
    """For proofs; tests take pytest-playwright's `browser`."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        try:
            yield browser
        finally:
            browser.close()


def context_on(browser: Browser, node: LiveNode, *, language: str = "en", **options: Any) -> BrowserContext:
    """A browser of its own for one person, speaking `language`, who only knows `node`."""
    locale = {"en": "en-GB", "it": "it-IT"}[language]
    context = browser.new_context(base_url=node.origin, locale=locale, timezone_id="Europe/London", **options)
    context.set_default_timeout(PATIENCE_MS)
    return context


def sign_in(page: Page, email: str, password: str = PASSWORD, *, then: str = "/") -> None:
    """By the form, which leads to `then`. The page stays there if the node does not know them, and patience ends."""
    page.goto(f"/accounts/login/?next={then}")
    page.fill("[name=login]", email)
    page.fill("[name=password]", password)
    page.click("form[action='/accounts/login/'] button[type=submit]")
    page.wait_for_url(lambda address: "/accounts/login" not in address)


def speak(page: Page, language: str) -> None:
    """By the switch in the masthead, which the account remembers; nothing where the page speaks it already."""
    button = page.locator(f".language-switch button[lang={language}]")
    if button.count():
        button.click()
        page.locator(f"html[lang={language}]").wait_for()


def at_rest(page: Page) -> None:
    """Wait until scripts and fonts are there and every island has drawn itself. AssertionError when one failed."""
    if page.locator("script[type=module]").count():
        page.locator("html.js").wait_for(state="attached")
    for island in page.locator("[data-island]").all():
        island.scroll_into_view_if_needed()
        settled = page.locator("[data-island-state=ready], [data-island-state=failed]").and_(island)
        settled.wait_for(state="attached")
        state, name = island.get_attribute("data-island-state"), island.get_attribute("data-island")
        assert state == "ready", f"the {name} on {page.url} is {state}"
    page.evaluate("document.fonts.ready.then(() => scrollTo(0, 0))")


class Complaints:
    """What the browser itself objected to: script errors, refused styles and scripts, missing files."""

    def __init__(self, page: Page) -> None:
        self.heard: list[str] = []
        self.page = page
        page.on("console", self._hear)
        page.on("pageerror", self._hear_error)

    def stop(self) -> None:
        """Listen no more."""
        self.page.remove_listener("console", self._hear)
        self.page.remove_listener("pageerror", self._hear_error)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.heard.append(f"{message.location.get('url', '')}: {message.text}")

    def _hear_error(self, error: Error) -> None:
        self.heard.append(f"{self.page.url}: {error}")

    def take(self) -> list[str]:
        """Everything heard since the last time."""
        heard, self.heard = self.heard, []
        return heard
