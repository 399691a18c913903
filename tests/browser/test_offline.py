"""The network goes, and what was read stays readable; for whoever read it, and for nobody else."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.browsing import at_rest, context_on, sign_in
from tests.browser.crew import LEADER
from tests.browser.harbour import Harbour
from tests.nodes import ROOT, eventually

pytestmark = [pytest.mark.browser, pytest.mark.live]

OFFLINE = {
    "en": "You are offline. This is how the page looked on ",
    "it": "Non hai rete. La pagina era così il ",
}
KEPT = """
async (name) => {
  if (!(await caches.has(name))) return [];
  const requests = await (await caches.open(name)).keys();
  return requests.map(({ url }) => new URL(url).pathname + new URL(url).search);
}
"""
PAGES, DATA = "flotilla-pages", "flotilla-data"

Browse = Callable[..., BrowserContext]


@pytest.fixture
def browse(browser: Browser, full_harbour: Harbour) -> Iterator[Browse]:
    opened: list[BrowserContext] = []

    def open_one(language: str = "en", **options: object) -> BrowserContext:
        opened.append(context_on(browser, full_harbour, language=language, reduced_motion="reduce", **options))
        return opened[-1]

    yield open_one
    for context in opened:
        context.close()


def kept(page: Page, name: str = PAGES) -> list[str]:
    found: list[str] = page.evaluate(KEPT, name)
    return found


def read(page: Page, path: str) -> None:
    """Open a page, and wait until the browser has it for later."""
    page.goto(path)
    at_rest(page)
    eventually(lambda: path in kept(page))


def has_worker(page: Page) -> None:
    """Wait until the worker stands between the page and the network."""
    page.goto("/accessibility/")
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    eventually(lambda: page.evaluate("Boolean(navigator.serviceWorker.controller)"))
    eventually(lambda: "/accessibility/" in kept(page))


@contextmanager
def silence(node: Harbour) -> Iterator[None]:
    """The node takes connections and says nothing, as the network of a full hall does."""
    web = node.processes["web"]
    web.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        web.send_signal(signal.SIGCONT)


@contextmanager
def built(program: str) -> Iterator[None]:
    """As if the node had been brought up to date; a browser asks for the program past all routes of a test."""
    file = ROOT / "frontend" / "static" / "dist" / "worker.js"
    before = file.read_bytes()
    file.write_text(program)
    try:
        yield
    finally:
        file.write_bytes(before)


@pytest.mark.parametrize("language", ["en", "it"])
def test_the_atlas_is_read_offline_with_its_list_and_its_points(browse: Browse, language: str):
    context = browse(language)
    page = context.new_page()
    has_worker(page)
    read(page, "/atlas/?kind=gathering")
    titles = page.locator("#cards .card-title").all_inner_texts()
    eventually(lambda: any("kind=gathering" in each for each in kept(page, DATA)))
    pins = page.locator(".map-pin, .map-count").count()
    assert titles and pins
    expect(page.locator(".kept-notice")).to_have_count(0)
    context.set_offline(True)
    page.goto("/atlas/?kind=gathering")
    notice = page.locator("main > :first-child")
    expect(notice).to_have_attribute("role", "status")
    expect(notice).to_contain_text(OFFLINE[language])
    assert re.search(r"\d{4}, .*\(UTC\)", notice.inner_text()), "it says which moment that was"
    at_rest(page)
    assert page.locator("#cards .card-title").all_inner_texts() == titles
    assert page.locator(".map-pin, .map-count").count() == pins
    expect(page.locator(".page-body [data-live-controls]").first).to_be_hidden()
    context.set_offline(False)
    notice.get_by_role("button").click()
    expect(page.locator(".kept-notice")).to_have_count(0)


@pytest.mark.parametrize(
    ("language", "title", "link"),
    [("en", "You are offline", "Needs – "), ("it", "Non hai rete", "Bisogni – ")],
)
def test_a_page_that_was_never_read_names_those_that_were(browse: Browse, language: str, title: str, link: str):
    context = browse(language)
    page = context.new_page()
    has_worker(page)
    read(page, "/needs/")
    context.set_offline(True)
    page.goto("/groups/")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.locator("html")).to_have_attribute("lang", language)
    page.get_by_role("link", name=link).click()
    expect(page).to_have_url(re.compile("/needs/$"))
    expect(page.locator(".kept-notice")).to_contain_text(OFFLINE[language])
    page.goto("/groups/")
    context.set_offline(False)
    page.locator("[data-load-again]").click()
    expect(page.locator("#cards")).to_be_visible()


def test_whoever_signs_out_leaves_nothing_and_whoever_signs_in_finds_nothing(browse: Browse):
    context = browse()
    page = context.new_page()
    has_worker(page)
    read(page, "/groups/")
    sign_in(page, LEADER, then="/accessibility/")
    eventually(lambda: kept(page) == ["/accessibility/"])
    read(page, "/atlas/?kind=need")
    page.goto("/me/")
    assert "/me/" not in kept(page)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    eventually(lambda: kept(page) == ["/"])
    assert not any("kind=need" in each for each in kept(page, DATA))
    context.set_offline(True)
    page.goto("/atlas/?kind=need")
    expect(page.get_by_role("heading", level=1)).to_have_text("You are offline")


def test_a_session_that_ended_elsewhere_takes_its_pages_with_it(browse: Browse):
    context = browse()
    page = context.new_page()
    has_worker(page)
    sign_in(page, LEADER, then="/accessibility/")
    read(page, "/atlas/?kind=need")
    context.clear_cookies()
    page.goto("/topics/")
    eventually(lambda: kept(page) == ["/topics/"])


def test_a_node_that_says_nothing_is_not_waited_for(browse: Browse, full_harbour: Harbour):
    page = browse().new_page()
    has_worker(page)
    read(page, "/needs/")
    with silence(full_harbour):
        page.goto("/needs/")
        expect(page.locator(".kept-notice")).to_contain_text("We cannot reach this node.")
        expect(page.locator("#cards")).to_be_visible()
    page.goto("/needs/")
    expect(page.locator(".kept-notice")).to_have_count(0)


def test_while_there_is_a_network_nobody_reads_what_was(browse: Browse, full_harbour: Harbour):
    page = browse().new_page()
    has_worker(page)
    read(page, "/")
    before = page.locator(".brand-node").inner_text()
    rename = "from federation.describing import describe_this_node as d; d(name={!r})"
    full_harbour.prepare(rename.format("Another name"))
    try:
        eventually(lambda: page.goto("/") and page.locator(".brand-node").inner_text() == "Another name", within=70)
    finally:
        full_harbour.prepare(rename.format(before))


def test_what_is_sent_without_a_network_is_not_lost_and_goes_with_a_token_that_counts(browse: Browse):
    context = browse()
    page = context.new_page()
    has_worker(page)
    read(page, "/topics/")
    context.set_offline(True)
    page.goto("/topics/")
    page.get_by_role("button", name="Italiano").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was sent")
    context.set_offline(False)
    context.clear_cookies()  # and with them what the token of the page belongs to
    page.get_by_role("button", name="Italiano").click()
    expect(page.locator("html")).to_have_attribute("lang", "it")


def test_no_more_is_kept_than_the_last_thirty_pages(browse: Browse):
    page = browse().new_page()
    has_worker(page)
    for number in range(33):
        page.goto(f"/accessibility/?number={number}")
    eventually(lambda: "/accessibility/?number=32" in kept(page))
    assert kept(page) == [f"/accessibility/?number={number}" for number in range(3, 33)]


def test_another_version_of_the_program_takes_the_place_of_the_one_before(browse: Browse):
    context = browse()
    page = context.new_page()
    has_worker(page)
    read(page, "/needs/")
    page.evaluate("caches.open('flotilla-assets-before').then(() => null)")
    program = context.request.get("/worker.js").text()
    version = re.search(r'version:"([0-9a-f]{16})"', program)
    assert version
    names = page.evaluate("caches.keys()")
    assert f"flotilla-assets-{version[1]}" in names
    with built(program.replace(version[1], "0123456789abcdef")):
        page.evaluate("navigator.serviceWorker.getRegistration().then((found) => found.update()).then(() => null)")
        present = ["flotilla-assets-0123456789abcdef", PAGES]
        eventually(lambda: sorted(set(page.evaluate("caches.keys()")) - {DATA}) == present)
    context.set_offline(True)
    page.goto("/needs/")
    expect(page.locator(".kept-notice")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.masthead')).display") == "block"
