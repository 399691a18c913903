"""Hints while somebody writes, with the keyboard alone: they come by themselves, and go when they are not wanted."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.browsing import context_on, sign_in
from tests.browser.crew import STEWARD
from tests.browser.harbour import A_SHORT_PAGE, Harbour
from tests.browser.keyboard import Keyboard
from tests.browser.steps import CARELESS

pytestmark = [pytest.mark.browser, pytest.mark.live]

HINTS = "[data-remarks-for=summary] li"


@pytest.fixture
def page(browser: Browser, full_harbour: Harbour):
    context = context_on(browser, full_harbour, reduced_motion="reduce")
    page = context.new_page()
    sign_in(page, STEWARD, then=A_SHORT_PAGE)
    _open(page)
    yield page
    context.close()


def _open(page: Page) -> None:
    page.goto("/needs/new")
    page.locator("[data-island=writing-help][data-island-state=ready]").wait_for()


def test_hints_come_while_one_writes_and_one_is_dismissed_for_good(page: Page):
    keyboard = Keyboard(page)
    keyboard.tab_to(page.locator("#id_summary"))
    keyboard.write(CARELESS)
    careful = page.locator(HINTS, has_text="people without a home")
    expect(careful).to_be_visible()
    expect(page.locator("#id_summary_remarks")).to_have_attribute("aria-live", "polite")
    count = page.locator(HINTS).count()
    keyboard.tab_to(careful.get_by_role("button"))
    keyboard.open()
    expect(page.locator(HINTS)).to_have_count(count - 1)
    assert page.evaluate("document.activeElement.matches('[data-remarks-for] button')"), "the focus goes on to the next"
    _open(page)
    page.fill("#id_summary", CARELESS)
    expect(page.locator(HINTS)).to_have_count(count - 1)
    expect(careful).to_have_count(0)


def test_they_can_be_stopped_in_this_browser_and_asked_for_all_the_same(page: Page):
    keyboard = Keyboard(page)
    stop = page.get_by_role("button", name="Stop the hints while I write")
    keyboard.tab_to(stop)
    keyboard.open()
    expect(page.get_by_role("button", name="Give me hints while I write")).to_be_focused()
    _open(page)
    expect(page.get_by_role("button", name="Give me hints while I write")).to_be_visible()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.fill("#id_summary", CARELESS)
    page.get_by_role("button", name="Check my words").press("Enter")
    expect(page.locator("[data-remarks-said]")).to_have_text(re.compile("Hints for you: [0-9]+"))
    assert len([url for url in asked if url.endswith("/writing-help/")]) == 1, "only when asked"
    assert page.url.endswith("/needs/new")
    assert page.input_value("#id_summary") == CARELESS


def test_without_scripts_the_button_brings_the_same_hints(browser: Browser, full_harbour: Harbour, page: Page):
    page.fill("#id_summary", CARELESS)
    expect(page.locator(HINTS).first).to_be_visible()
    seen = [line.partition(" Not this one")[0].strip() for line in page.locator(HINTS).all_inner_texts()]
    state = page.context.storage_state()
    context = context_on(browser, full_harbour, java_script_enabled=False, storage_state=state)
    plain = context.new_page()
    plain.goto("/needs/new")
    expect(plain.get_by_role("button", name="Stop the hints")).to_have_count(0)
    plain.fill("#id_summary", CARELESS)
    plain.get_by_role("button", name="Check my words").click()
    assert plain.locator(HINTS).all_inner_texts() == [line.split("\n")[0] for line in seen]
    assert plain.input_value("#id_summary") == CARELESS
    context.close()
