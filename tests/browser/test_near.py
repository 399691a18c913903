"""The browser remembers an area, and shows what is near at every later visit; on a click it says where somebody is."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.browsing import context_on, sign_in
from tests.browser.crew import MEMBER
from tests.browser.harbour import A_SHORT_PAGE, Harbour

pytestmark = [pytest.mark.browser, pytest.mark.live]

READY = "[data-island=near][data-island-state=ready]"
KEPT = "localStorage.getItem('flotilla-near')"
FILL = """
from atlas.cells import cell_of
from tests.news import appear
appear("A bench by the quay", kind="place", area="Nearmouth", lat=10.5, lon=20.5, cell=cell_of(10.5, 20.5))
"""
EMPTY = "from atlas.models import Card; Card.objects.filter(area='Nearmouth').delete()"


@pytest.fixture(scope="module", autouse=True)
def _nearmouth(full_harbour: Harbour):
    full_harbour.prepare(FILL)
    yield
    full_harbour.prepare(EMPTY)


@pytest.fixture
def context(browser: Browser, full_harbour: Harbour):
    context = context_on(browser, full_harbour, reduced_motion="reduce")
    yield context
    context.close()


def front_door(context: BrowserContext) -> Page:
    page = context.pages[0] if context.pages else context.new_page()
    page.goto("/")
    page.locator("[data-island=near]").scroll_into_view_if_needed()
    page.locator(READY).wait_for()
    return page


def choose(page: Page, area: str) -> None:
    page.get_by_label("Area", exact=True).fill(area)
    page.get_by_role("button", name="Show what is near").press("Enter")


def test_an_area_is_remembered_until_it_is_forgotten(context: BrowserContext):
    page = front_door(context)
    expect(page.get_by_role("button", name="Forget this area")).to_be_hidden()
    choose(page, "Nearmouth")
    bench = page.locator("#near-things").get_by_role("link", name="A bench by the quay")
    expect(bench).to_be_visible()
    expect(page.locator("[data-near-title]")).to_be_focused()
    assert page.url.endswith("/"), "nothing of it in the address"
    page = front_door(context)
    expect(bench).to_be_visible()
    expect(page.get_by_label("Area", exact=True)).to_be_hidden()
    page.get_by_role("button", name="Change area").click()
    expect(page.get_by_label("Area", exact=True)).to_be_focused()
    expect(page.get_by_label("Area", exact=True)).to_have_value("Nearmouth")
    page.get_by_role("button", name="Forget this area").click()
    expect(bench).to_have_count(0)
    expect(page.locator("[data-near-status]")).to_have_text("This browser has forgotten the area.")
    assert page.evaluate(KEPT) is None
    front_door(context)
    expect(bench).to_have_count(0)


def test_an_area_that_is_none_is_said_in_words_and_not_remembered(context: BrowserContext):
    page = front_door(context)
    choose(page, "Atlantis")
    expect(page.locator("[data-near-title]")).to_have_text("We know no area called “Atlantis”.")
    expect(page.get_by_label("Area", exact=True)).to_be_visible()
    assert page.evaluate(KEPT) is None


def test_where_somebody_is_leaves_the_browser_on_a_click_and_to_a_kilometre(context: BrowserContext):
    context.grant_permissions(["geolocation"])
    context.set_geolocation({"latitude": 10.50321, "longitude": 20.49876})
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = front_door(context)
    assert not [url for url in asked if "/near/" in url], "nothing before the click"
    page.get_by_role("button", name="Use where I am now").click()
    expect(page.locator("#near-things").get_by_role("link", name="A bench by the quay")).to_be_visible()
    assert [url.partition("?")[2] for url in asked if "/near/" in url] == ["near=10.50,20.50"]
    assert page.evaluate(KEPT) == "near=10.50,20.50"


def test_a_refusal_is_said_in_words(context: BrowserContext):
    context.clear_permissions()
    page = front_door(context)
    page.get_by_role("button", name="Use where I am now").click()
    expect(page.locator("[data-near-status]")).to_have_text(re.compile("does not say where you are"))
    expect(page.get_by_label("Area", exact=True)).to_be_visible()
    assert page.evaluate(KEPT) is None


def test_without_a_network_it_says_so(context: BrowserContext):
    page = front_door(context)
    context.set_offline(True)
    choose(page, "Nearmouth")
    expect(page.locator("[data-near-status]")).to_have_text(re.compile("could not look what is near"))
    context.set_offline(False)
    choose(page, "Nearmouth")
    expect(page.locator("#near-things").get_by_role("link", name="A bench by the quay")).to_be_visible()


def test_whoever_signs_out_leaves_no_area_behind(context: BrowserContext):
    page = context.new_page()
    sign_in(page, MEMBER, then=A_SHORT_PAGE)
    front_door(context)
    choose(page, "Nearmouth")
    expect(page.locator("[data-near-title]")).to_be_visible()
    page.goto("/accounts/logout/")
    page.locator("main form[action='/accounts/logout/'] button[type=submit]").click()
    page.wait_for_url(lambda address: "/logout" not in address)
    assert page.evaluate(KEPT) is None


def test_without_scripts_the_form_leads_to_the_atlas(browser: Browser, full_harbour: Harbour):
    context = context_on(browser, full_harbour, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    expect(page.get_by_role("button", name="Use where I am now")).to_be_hidden()
    page.get_by_label("Area", exact=True).fill("Nearmouth")
    page.get_by_role("button", name="Show what is near").click()
    assert page.url.endswith("/atlas/?area=Nearmouth")
    expect(page.get_by_role("link", name="A bench by the quay")).to_be_visible()
    context.close()
