"""A list of a node on the page of somebody else, in a sidebar of 280 pixels, with and without scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, FrameLocator, Page

from tests.browser.browsing import context_on
from tests.browser.harbour import Harbour

pytestmark = [pytest.mark.browser, pytest.mark.live]

THEIR_PAGE = """<!doctype html><html lang="en"><title>Tenants of Camden</title>
<iframe id="ours" src="{src}" title="What is on" width="280" height="600"></iframe></html>"""


class TheirSite(BaseHTTPRequestHandler):
    """A website elsewhere: whatever is asked for, one page with a frame."""

    src = ""

    def do_GET(self) -> None:
        body = THEIR_PAGE.format(src=self.src).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *said: object) -> None:
        """Nothing."""


@pytest.fixture
def their_page(browser: Browser, full_harbour: Harbour) -> Iterator[Callable[..., tuple[Page, FrameLocator]]]:
    """Opens a page of another website that frames an address of ours."""
    contexts = []
    site = ThreadingHTTPServer(("127.0.0.1", 0), TheirSite)
    Thread(target=site.serve_forever, daemon=True).start()

    def open_page(path: str, **options: object) -> tuple[Page, FrameLocator]:
        context = context_on(browser, full_harbour, **options)
        contexts.append(context)
        page = context.new_page()
        TheirSite.src = f"{full_harbour.origin}{path}"
        page.goto(f"http://localhost:{site.server_port}/")
        return page, page.frame_locator("#ours")

    yield open_page
    for context in contexts:
        context.close()
    site.shutdown()
    site.server_close()


def width_beyond(frame: FrameLocator) -> int:
    """Pixels by which the frame would have to be scrolled sideways."""
    return frame.locator("html").evaluate("html => html.scrollWidth - html.clientWidth")


def test_a_sidebar_shows_the_list_without_scripts_and_links_leave_the_frame(their_page):
    page, frame = their_page("/atlas/embed/?topic=housing&view=map", java_script_enabled=False)
    first = frame.locator(".card-title a").first
    first.wait_for()
    assert frame.locator("h1").inner_text() == "Atlas: Housing"
    assert frame.locator(".map-canvas").count() == 0
    with page.context.expect_page() as opened:
        frame.get_by_role("link", name="See it on").click()
    opened.value.wait_for_load_state()
    assert opened.value.url.endswith("/atlas/?topic=housing")
    assert page.url.startswith("http://localhost:")


def test_a_sidebar_shows_the_map_and_nothing_of_it_is_wider(their_page):
    _page, frame = their_page("/atlas/embed/?topic=housing&view=map&theme=dark")
    frame.locator("[data-island-state=ready] .map-canvas").wait_for()
    assert frame.locator(".map-mark").count()
    assert width_beyond(frame) <= 0


def test_a_sidebar_shows_the_list_and_nothing_of_it_is_wider(their_page):
    for language in ("en", "it"):
        _page, frame = their_page(f"/atlas/embed/?language={language}")
        frame.locator(".card").first.wait_for()
        assert width_beyond(frame) <= 0, language


def test_no_other_page_of_ours_can_be_framed(their_page):
    refused = []
    page, frame = their_page("/accessibility/")
    page.on("console", lambda message: refused.append(message.text))
    page.reload()
    assert any("frame-ancestors" in said for said in refused), refused
    assert frame.locator("main").count() == 0
