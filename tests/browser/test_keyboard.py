"""Everything works without a mouse, and one always sees where one is."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.browsing import at_rest, context_on, sign_in, speak
from tests.browser.crew import STEWARD
from tests.browser.harbour import Harbour
from tests.browser.keyboard import Keyboard, has_focus

pytestmark = [pytest.mark.browser, pytest.mark.live]

FEW = 12


@pytest.fixture
def page(browser: Browser, full_harbour: Harbour) -> Iterator[Page]:
    context = context_on(browser, full_harbour, reduced_motion="reduce", viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


@pytest.fixture
def keys(page: Page) -> Keyboard:
    return Keyboard(page)


def test_the_first_step_leads_past_the_masthead(page: Page, keys: Keyboard):
    page.goto("/atlas/")
    keys.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    keys.press("Enter", "Tab")
    assert page.locator("main").evaluate("main => main.contains(document.activeElement)")


def test_the_masthead_is_walked_in_order_and_its_links_open(page: Page, keys: Keyboard):
    page.goto("/")
    names = keys.tab_through(page.locator("header.masthead"))
    places = [names.index(name) for name in ("Sign in", "Italiano", "Atlas", "Needs", "Groups")]
    assert places == sorted(places), names
    page.goto("/")
    keys.tab_to(page.get_by_role("navigation").get_by_role("link", name="Needs"))
    keys.open()
    expect(page).to_have_url(re.compile("/needs/$"))
    keys.tab_to(page.get_by_role("button", name="Italiano"))
    keys.open()
    expect(page.locator("html")).to_have_attribute("lang", "it")


def test_a_list_is_filtered_and_the_filter_left(page: Page, keys: Keyboard):
    page.goto("/needs/")
    keys.tab_to(page.get_by_label("Topic"))
    keys.write("Housing")
    keys.tab_to(page.get_by_role("button", name="Show"))
    keys.open()
    chip = page.get_by_role("link", name="Remove the filter Topic: Housing")
    expect(chip).to_be_visible()
    assert "topic=housing" in page.url
    more = page.locator(".filter-bar-more")
    keys.tab_to(more.locator("summary"))
    keys.press("Enter")
    expect(more).to_have_attribute("open", "")
    keys.tab_to(chip)
    keys.open()
    expect(chip).to_have_count(0)
    assert "topic=housing" not in page.url


def test_a_need_is_published_after_its_form_came_back(page: Page, keys: Keyboard):
    sign_in(page, STEWARD)
    speak(page, "en")
    page.goto("/needs/new")
    publish = page.locator("main").get_by_role("button", name="Publish", exact=True)
    keys.tab_to(publish)
    keys.open()
    expect(page.locator(".error-summary")).to_be_focused()
    keys.press("Tab", "Enter")
    expect(page.locator("[name=title]")).to_be_focused()
    keys.write("A ladder that reaches the third floor")
    keys.tab_to(page.locator("[name=support]"))
    keys.write("Material")
    keys.tab_to(page.locator(".choice-group > summary", has_text="Housing"))
    keys.press("Space", "Tab", "Space")
    keys.tab_to(publish)
    keys.open()
    expect(page.get_by_role("heading", level=1)).to_have_text("A ladder that reaches the third floor")


def test_the_map_is_walked_from_pin_to_pin_and_opened(page: Page, keys: Keyboard):
    page.goto("/atlas/?kind=gathering")
    at_rest(page)
    pins = page.locator(".map-pin, .map-count")
    keys.tab_to(pins)
    start = _focused(page)
    for arrow in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"):
        keys.press(arrow)
        assert has_focus(pins)
    for _deeper in range(FEW):
        if has_focus(page.locator(".map-pin")):
            break
        keys.press("Enter")  # several at once: the map comes closer
        keys.tab_to(pins)
    assert has_focus(page.locator(".map-pin")), f"began at {start}"
    keys.press("Enter")
    expect(page.locator(".leaflet-popup a[href]").first).to_be_focused()
    keys.press("Escape")
    expect(page.locator(".leaflet-popup")).to_have_count(0)
    assert has_focus(page.locator(".map-pin"))
    keys.tab_to(page.locator(".map-bar").get_by_role("button", name="Show everything"))
    keys.press("Enter")
    keys.press("Shift+Tab")
    expect(page.locator(".map-bar").get_by_role("button", name="Go east")).to_be_focused()


def test_the_network_is_walked_and_a_thing_opened(page: Page, keys: Keyboard):
    page.goto("/atlas/?view=network&kind=group")
    at_rest(page)
    nodes = page.locator(".network-node")
    keys.tab_to(nodes)
    start = _focused(page)
    walked = {start}
    for arrow in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp") * 2:
        keys.press(arrow)
        assert has_focus(nodes)
        walked.add(_focused(page))
    assert len(walked) > 2, f"the arrow keys lead nowhere from {start}"
    address = page.evaluate("document.activeElement.getAttribute('href')")
    keys.open()
    expect(page).to_have_url(address)


def _focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.getAttribute('aria-label')"))
