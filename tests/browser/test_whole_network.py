"""The whole network on a canvas: drawn on request, moved by keys and buttons, searched by name; words without WebGL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.browsing import Complaints, at_rest, context_on, launch_options
from tests.browser.harbour import Harbour
from tests.browser.keyboard import Keyboard, has_focus

pytestmark = [pytest.mark.browser, pytest.mark.live]

SOFTLY = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader")
LAY_OUT = (
    "from atlas import layout, network; from journal import Errand; network.MOST_NODES = 2; layout.lay_out(Errand())"
)


@pytest.fixture(scope="module", autouse=True)
def _laid_out(full_harbour: Harbour) -> None:
    full_harbour.prepare(LAY_OUT)


def too_many(route: Route) -> None:
    """As if the node held more than the usual drawing takes."""
    answer = route.fetch()
    route.fulfill(response=answer, json=answer.json() | {"left_out": 1})


def opened(browser: Browser, harbour: Harbour, *arguments: str) -> Iterator[Page]:
    options = launch_options()
    options["args"] += arguments
    other = browser.browser_type.launch(**options)
    # What the offline worker asks for does not come past `too_many`; it may be awake before the points are asked for.
    calm = {"reduced_motion": "reduce", "service_workers": "block"}
    context = context_on(other, harbour, viewport={"width": 1280, "height": 800}, **calm)
    page = context.new_page()
    page.route("**/atlas/network.json*", too_many)
    page.goto("/atlas/?view=network")
    at_rest(page)
    yield page
    other.close()


@pytest.fixture
def page(browser: Browser, full_harbour: Harbour) -> Iterator[Page]:
    yield from opened(browser, full_harbour, *SOFTLY)


@pytest.fixture
def page_without_webgl(browser: Browser, full_harbour: Harbour) -> Iterator[Page]:
    yield from opened(browser, full_harbour, "--disable-3d-apis")


def test_it_is_drawn_walked_and_searched_without_a_mouse(page: Page):
    keys, complaints = Keyboard(page), Complaints(page)
    keys.tab_to(page.get_by_role("button", name="Draw the whole network"))
    page.keyboard.press("Enter")
    canvas = page.locator(".network-whole")
    expect(canvas).to_be_focused()
    expect(page.locator(".network-canvas")).to_be_hidden()
    expect(page.get_by_text("things that are related to others.").last).to_be_visible()
    before = canvas.screenshot()
    keys.press("+", "ArrowRight")
    page.wait_for_timeout(300)
    assert canvas.screenshot() != before, "it came closer"
    keys.press("0")
    keys.tab_to(page.get_by_role("button", name="Show everything"))
    field = page.get_by_label("Find a thing by its name")
    keys.tab_to(field)
    keys.write("Neighbours of the front door")
    link = page.locator(".network-chosen a")
    expect(link).to_contain_text("Neighbours of the front door, Group, linked with")
    assert has_focus(field)
    keys.tab_to(link)
    keys.open()
    expect(page.locator(".neighbourhood-middle")).to_have_attribute(
        "aria-label", "Neighbours of the front door, Group: open its page"
    )
    assert not [each for each in complaints.take() if "GL Driver" not in each]


def test_it_changes_its_colours_with_the_look_of_the_device(page: Page):
    page.get_by_role("button", name="Draw the whole network").click()
    canvas = page.locator(".network-whole")
    expect(canvas).to_be_focused()
    page.wait_for_timeout(300)
    light = canvas.screenshot()
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(500)
    assert canvas.screenshot() != light


def test_what_a_browser_cannot_draw_it_says_and_keeps_what_there_is(page_without_webgl: Page):
    page = page_without_webgl
    page.get_by_role("button", name="Draw the whole network").click()
    expect(
        page.get_by_text("Your browser cannot draw so many things. What is linked best stays drawn.")
    ).to_be_visible()
    expect(page.locator(".network-canvas")).to_be_visible()
    expect(page.locator(".network-whole")).to_have_count(0)


def test_where_everything_fits_nothing_is_offered(browser: Browser, full_harbour: Harbour):
    context = context_on(browser, full_harbour)
    page = context.new_page()
    page.goto("/atlas/?view=network")
    at_rest(page)
    expect(page.get_by_role("button", name="Draw the whole network")).to_be_hidden()
    context.close()
