"""Everything works without a mouse, and one always sees where one is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

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
    keys.tab_to(page.locator(".filter-bar-more > summary"))
    keys.press("Enter")
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


def test_a_place_is_found_on_the_map_from_the_front_door(page: Page, keys: Keyboard):
    page.goto("/")
    keys.tab_to(page.get_by_role("navigation").get_by_role("link", name="Atlas"))
    keys.open()
    expect(page).to_have_url(re.compile("/atlas/$"))
    keys.tab_to(page.locator(".filter-bar-more > summary"))
    keys.press("Enter")
    keys.tab_to(page.locator("[name=kind]"))
    keys.write("Place")
    keys.tab_to(page.get_by_role("button", name="Show", exact=True))
    keys.open()
    expect(page).to_have_url(re.compile("kind=place"))
    at_rest(page)
    keys.tab_to(page.locator(".map-pin, .map-count"))
    for _deeper in range(FEW):
        if has_focus(page.locator(".map-pin")):
            break
        keys.press("Enter")
        keys.tab_to(page.locator(".map-pin, .map-count"))
    keys.press("Enter")
    words = page.locator(".leaflet-popup a[href]").first
    expect(words).to_be_focused()
    title = words.inner_text()
    keys.open()
    expect(page).to_have_url(re.compile("/places/"))
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_a_topic_is_followed_and_left_again(page: Page, keys: Keyboard):
    sign_in(page, STEWARD)
    speak(page, "en")
    page.goto("/topics/")
    keys.tab_to(page.locator("main").get_by_role("link", name="Legal", exact=True))
    keys.open()
    expect(page).to_have_url(re.compile("/topics/legal$"))
    follow = page.locator("main").get_by_role("button", name=re.compile("^Follow"))
    leave = page.locator("main").get_by_role("button", name=re.compile("^Stop following"))
    keys.tab_to(follow)
    keys.press("Enter")
    expect(leave).to_be_visible()
    keys.tab_to(leave)
    keys.press("Enter")
    expect(follow).to_be_visible()


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
    assert "around=" in address
    keys.open()
    expect(page).to_have_url(address)


def test_one_walks_from_neighbour_to_neighbour_and_back(page: Page, keys: Keyboard):
    page.goto("/atlas/?view=network&around=urn:flotilla:topic:housing")
    at_rest(page)
    nodes, middle = page.locator(".neighbourhood .network-node"), page.locator(".neighbourhood-middle")
    assert page.evaluate("window.stayed = true")
    keys.tab_to(nodes)
    assert has_focus(middle), "one step with the Tab key, the others with arrows"
    walked = [page.url]
    for _step in range(3):
        keys.press("ArrowDown")
        assert not has_focus(middle) and has_focus(nodes)
        name, uri = _focused(page), page.evaluate("document.activeElement.dataset.uri")
        keys.open()
        expect(middle).to_have_attribute("data-uri", uri)
        expect(middle).to_be_focused()
        walked.append(page.url)
        assert uri in unquote(page.url)
        title = page.locator(".neighbourhood-middle").get_attribute("aria-label") or ""
        assert title.split(",")[0] == name.split(",")[0]
        expect(page.locator("#live-status")).to_contain_text(title.split(",")[0])
        expect(page.locator("[data-island=neighbourhood][data-island-state=ready]")).to_have_count(1)
    for address in reversed(walked[:-1]):
        page.go_back()
        expect(page).to_have_url(address)
        expect(middle).to_be_focused()
        expect(page.locator("[data-island=neighbourhood][data-island-state=ready]")).to_have_count(1)
    assert page.evaluate("window.stayed"), "the page was never left"
    expect(middle).to_have_attribute("data-uri", "urn:flotilla:topic:housing")


def test_the_neighbours_of_a_thing_are_walked_without_scripts(browser: Browser, full_harbour: Harbour):
    context = context_on(browser, full_harbour, java_script_enabled=False)
    page = context.new_page()
    page.goto("/atlas/?view=network&around=urn:flotilla:topic:housing")
    link = page.locator(".neighbourhood a[data-walk]").first
    uri = link.get_attribute("data-uri") or ""
    link.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".neighbourhood-middle")).to_have_attribute("data-uri", uri)
    context.close()


def _focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.getAttribute('aria-label')"))
