"""A steward's streets under the map; and the map as it always was where they do not come."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.browsing import Complaints, at_rest, context_on, sign_in, speak
from tests.browser.crew import STEWARD
from tests.browser.harbour import Harbour
from tests.nodes import eventually
from tests.streets import a_map

pytestmark = [pytest.mark.browser, pytest.mark.live]

TILES = "https://tiles.example/{z}/{x}/{y}.png"
CREDIT = "© A map of our own, https://tiles.example/about"
A_PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
# The canvases that something was painted on.
PAINTED = """
() => [...document.querySelectorAll(".leaflet-tile-pane canvas")].filter((canvas) =>
  canvas.width && canvas.getContext("2d").getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data[3] > 0).length
"""


@pytest.fixture
def page(browser: Browser, full_harbour: Harbour) -> Iterator[Page]:
    context = context_on(browser, full_harbour, reduced_motion="reduce", viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture
def steward(browser: Browser, full_harbour: Harbour) -> Iterator[Page]:
    """At the desk; what they chose is taken back afterwards."""
    context = context_on(browser, full_harbour, reduced_motion="reduce")
    page = context.new_page()
    sign_in(page, STEWARD, then="/accessibility/")
    speak(page, "en")
    yield page
    choose(page, "", "")
    context.close()


def choose(steward: Page, tiles: str, credit: str) -> None:
    steward.goto("/desk/node")
    steward.fill("[name=tiles]", tiles)
    steward.fill("[name=tiles_credit]", credit)
    steward.locator("main form.form button[type=submit]").click()
    steward.wait_for_url("**/desk/")


def works_as_ever(page: Page) -> None:
    """The shapes, the pins and the list are there."""
    at_rest(page)
    expect(page.locator(".leaflet-ground-pane path.map-land")).not_to_have_count(0)
    expect(page.locator(".leaflet-ground-pane path.map-borough")).not_to_have_count(0)
    drawn = page.locator(".leaflet-ground-pane svg").bounding_box()
    seen = page.locator(".map-canvas").bounding_box()
    assert drawn and seen and drawn["width"] > seen["width"], "the shapes fill the map"
    expect(page.locator(".map-pin, .map-count")).not_to_have_count(0)
    expect(page.locator("#cards > li")).not_to_have_count(0)


def test_tiles_come_from_the_stewards_host_and_whose_they_are_is_said(page: Page, steward: Page):
    choose(steward, TILES, CREDIT)
    asked: list[str] = []

    def give(route: Route) -> None:
        asked.append(route.request.url)
        assert route.request.headers.get("referer", "").count("/") == 3, (
            "the host hears which site it is, not which page"
        )
        route.fulfill(body=A_PICTURE, content_type="image/png")

    page.context.route("https://tiles.example/**", give)
    complaints = Complaints(page)
    page.goto("/atlas/")
    works_as_ever(page)
    expect(page.locator("img.leaflet-tile-loaded")).not_to_have_count(0)
    expect(page.locator(".map-canvas.has-streets")).to_have_count(1)
    assert asked and all(each.startswith("https://tiles.example/") for each in asked)
    credit = page.locator(".map-credit")
    expect(credit).to_contain_text("© A map of our own, tiles.example/about")
    expect(credit.get_by_role("link")).to_have_attribute("href", "https://tiles.example/about")
    assert complaints.take() == []


def test_no_other_host_may_be_asked_for_pictures(page: Page, steward: Page):
    choose(steward, TILES, CREDIT)
    page.context.route("https://*.example/**", lambda route: route.fulfill(body=A_PICTURE, content_type="image/png"))
    page.goto("/atlas/")
    shown = """(address) => new Promise((told) => {
      const image = new Image();
      image.onload = () => told(true);
      image.onerror = () => told(false);
      image.src = address;
    })"""
    assert page.evaluate(shown, "https://tiles.example/1/1/1.png")
    assert not page.evaluate(shown, "https://other.example/1/1/1.png")
    page.goto("/needs/")
    assert not page.evaluate(shown, "https://tiles.example/1/1/1.png")


def test_with_tiles_out_of_reach_the_map_is_as_it_always_was(page: Page, steward: Page):
    choose(steward, TILES, CREDIT)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "tiles.example" in request.url else None)
    page.goto("/atlas/")  # that host does not exist
    works_as_ever(page)
    eventually(lambda: page.locator("img.leaflet-tile").count() == 0)
    expect(page.locator(".has-streets")).to_have_count(0)
    expect(page.locator("dialog[open], [role=alert], .notice.is-error, .error-summary")).to_have_count(0)
    before = len(asked)
    assert before
    page.locator(".map-bar").get_by_role("button", name="Look closer").click()
    works_as_ever(page)
    assert len(asked) == before, "a host that does not answer is left in peace"
    page.locator(".map-pin").first.click()
    expect(page.locator(".leaflet-popup")).to_have_count(1)


def test_a_file_of_the_node_is_drawn_and_nobody_else_is_asked(page: Page, full_harbour: Harbour):
    file = full_harbour.data / "map.pmtiles"
    file.write_bytes(a_map())
    elsewhere: list[str] = []
    page.on(
        "request", lambda ask: None if ask.url.startswith((full_harbour.origin, "data:")) else elsewhere.append(ask.url)
    )
    complaints = Complaints(page)
    try:
        page.goto("/atlas/")
        works_as_ever(page)
        eventually(lambda: page.evaluate(PAINTED) > 0)
        expect(page.locator(".map-name >> visible=true")).to_have_count(0)
        expect(page.locator(".map-credit")).to_contain_text("© OpenStreetMap, openstreetmap.org/copyright")
    finally:
        file.unlink()
    assert not elsewhere
    assert complaints.take() == []


def test_a_file_that_goes_leaves_the_map_as_it_always_was(page: Page, full_harbour: Harbour):
    file = full_harbour.data / "map.pmtiles"
    file.write_bytes(a_map())
    page.context.route("**/map.pmtiles", lambda route: route.abort())
    try:
        page.goto("/atlas/")
        works_as_ever(page)
    finally:
        file.unlink()
    expect(page.locator(".has-streets")).to_have_count(0)
    assert page.evaluate(PAINTED) == 0
