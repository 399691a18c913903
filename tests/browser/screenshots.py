"""Pictures of the main pages: `.venv/bin/python -m tests.browser.screenshots DIR [NAME…]`.

Starts the three nodes of the demo, or takes those of `--port` when they run already, and photographs the first as
visitor and as steward: 360, 768 and 1280 px wide, light and dark, in English and Italian. Names narrow it down:
`atlas-map`, or `atlas-map-it-dark-360` for one picture. For looking at; nothing is compared.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from urllib.parse import urljoin

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.browsing import PATIENCE_MS, a_browser, at_rest, sign_in, speak

LANGUAGES = ("en", "it")
SCHEMES = ("light", "dark")
WIDTHS = (360, 768, 1280)
HEIGHTS = {360: 740, 768: 1024, 1280: 900}
STEWARD = "amara@just-space.example"


@dataclass(frozen=True)
class Picture:
    """A page, found at `path` or, from there, behind the first link that fits `then`."""

    path: str
    then: str = ""
    signed_in: bool = False
    whole: bool = True
    """All of the page, or only what the screen shows at first."""


PICTURES = {
    "home": Picture("/"),
    "home-signed-in": Picture("/", signed_in=True),
    "atlas-map": Picture("/atlas/", whole=False),
    "atlas-map-filtered": Picture("/atlas/?kind=need&kind=offer&topic=housing"),
    "atlas-network": Picture("/atlas/?view=network", whole=False),
    "atlas-topics": Picture("/atlas/?view=topics"),
    "atlas-nothing": Picture("/atlas/?q=zebra+crossing+for+unicorns"),
    "topics": Picture("/topics/"),
    "topic": Picture("/topics/housing"),
    "needs": Picture("/needs/"),
    "need": Picture("/needs/", ".card-title a"),
    "need-new": Picture("/needs/new", signed_in=True),
    "gatherings": Picture("/gatherings/"),
    "gathering": Picture("/gatherings/", ".card-title a"),
    "gathering-new": Picture("/gatherings/new", signed_in=True),
    "calls": Picture("/calls/"),
    "call": Picture("/calls/", ".card-title a"),
    "know-how-list": Picture("/know-how/"),
    "know-how": Picture("/know-how/", ".card-title a"),
    "know-how-new": Picture("/know-how/new", signed_in=True),
    "places": Picture("/places/"),
    "place": Picture("/places/", ".card-title a"),
    "place-new": Picture("/places/new", signed_in=True),
    "expertise-list": Picture("/expertise/"),
    "expertise-card": Picture("/expertise/", ".card-title a"),
    "messages": Picture("/conversations/", signed_in=True),
    "groups": Picture("/groups/"),
    "group": Picture("/groups/", ".card-title a[href^='/']"),
    "group-steward": Picture("/groups/", ".card-title a[href^='/']", signed_in=True),
    "notices": Picture("/notices/", signed_in=True),
    "following": Picture("/me/following", signed_in=True),
    "me": Picture("/me/", signed_in=True),
    "my-page": Picture("/me/page", signed_in=True),
    "desk": Picture("/desk/", signed_in=True),
    "neighbours": Picture("/desk/neighbours", signed_in=True),
    "sources": Picture("/desk/sources", signed_in=True),
    "sign-in": Picture("/accounts/login/"),
    "sign-up": Picture("/accounts/signup/"),
    "style": Picture("/style/"),
    "accessibility": Picture("/accessibility/"),
    "not-found": Picture("/nowhere"),
}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.browser.screenshots", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", help="parts of pictures' names; none: all of them")
    parser.add_argument("--port", type=int, help="of the first node of a demo that runs already")
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    with _origin(options.port) as origin, a_browser() as browser:
        for language, scheme in product(LANGUAGES, SCHEMES):
            for path in _photograph(browser, origin, options.folder, options.names, language, scheme):
                sys.stdout.write(f"{path}\n")


def _photograph(
    browser: Browser, origin: str, folder: Path, names: Sequence[str], language: str, scheme: str
) -> Iterator[Path]:
    visitor, steward = (_context(browser, origin, language, scheme) for _ in range(2))
    pages: dict[bool, Page] = {}
    for name, picture in PICTURES.items():
        files = {width: folder / f"{name}-{language}-{scheme}-{width}.png" for width in WIDTHS}
        wanted = {width: file for width, file in files.items() if not names or any(part in file.name for part in names)}
        if not wanted:
            continue
        page = pages.get(picture.signed_in)
        if page is None:
            page = pages[picture.signed_in] = (steward if picture.signed_in else visitor).new_page()
            if picture.signed_in:
                sign_in(page, STEWARD, _password())
                speak(page, language)
        for width, file in wanted.items():
            page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            _open(page, picture)
            page.screenshot(path=file, full_page=picture.whole)
            yield file
    visitor.close()
    steward.close()


def _context(browser: Browser, origin: str, language: str, scheme: str) -> BrowserContext:
    locale = {"en": "en-GB", "it": "it-IT"}[language]
    context = browser.new_context(
        base_url=origin, locale=locale, timezone_id="Europe/London", color_scheme=scheme, reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE_MS)
    return context


def _open(page: Page, picture: Picture) -> None:
    page.goto(picture.path)
    if picture.then:
        address = page.locator(picture.then).first.get_attribute("href")
        page.goto(urljoin(page.url, address))
    at_rest(page)


def _password() -> str:
    from config.demo.kit import KEYS  # noqa: F401  (reads the settings)

    return "sail-together"


@contextmanager
def _origin(port: int | None) -> Iterator[str]:
    """The first node of a demo: the one that runs at `port`, or one of our own for as long as it is needed."""
    if port:
        yield f"http://127.0.0.1:{port}"
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config.demo import check
    from config.demo.fleet import Fleet, free_ports

    with (
        tempfile.TemporaryDirectory(prefix="flotilla-pictures-", ignore_cleanup_errors=True) as folder,
        Fleet(Path(folder), free_ports(3), lambda line: None) as fleet,
    ):
        fleet.start(None)
        for order in ("invite", "greet"):
            for ship in fleet.ships:
                ship.ask(order)
            check.settle(fleet)
        yield fleet.ships[0].origin


if __name__ == "__main__":
    main()
