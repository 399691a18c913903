"""Every page works without JavaScript: what people come for, from signing in to signing out."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.browsing import context_on, sign_in
from tests.browser.crew import LEADER
from tests.browser.harbour import Harbour

pytestmark = [pytest.mark.browser, pytest.mark.live]

TITLE = "Somebody who can read a lease"


def test_somebody_without_scripts_does_what_they_came_for(browser: Browser, full_harbour: Harbour):
    context = context_on(browser, full_harbour, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, LEADER)
    _publish(page)
    _find(page)
    _join_and_follow(page, full_harbour.names["open_group"])
    _read_notices(page)
    _sign_out(page)
    context.close()


def _publish(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="I can help").click()
    page.get_by_role("link", name="Publish a need").click()
    page.fill("[name=title]", TITLE)
    page.select_option("[name=support]", "expertise")
    page.locator(".choice-group > summary", has_text="Housing").click()
    page.locator("input[name=topics][value='urn:flotilla:topic:private-renting']").check()
    page.locator("main").get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)


def _find(page: Page) -> None:
    page.goto("/needs/")
    before = page.locator("#cards > li").count()
    page.locator(".filter-bar-more > summary").click()
    page.select_option("select[name=topic]", "private-renting")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("link", name="Remove the filter Topic: Private renting")).to_be_visible()
    assert 0 < page.locator("#cards > li").count() < before


def _join_and_follow(page: Page, group: str) -> None:
    page.goto(f"/groups/{group}")
    page.get_by_role("button", name="Join the group").click()
    expect(page.get_by_role("button", name="Leave the group")).to_be_visible()
    page.get_by_role("button", name="Follow").click()
    expect(page.get_by_role("button", name="Stop following")).to_be_visible()


def _read_notices(page: Page) -> None:
    page.goto("/notices/")
    unread = page.locator(".notice-list > li.is-unread")
    assert unread.count(), "there is something to read"
    page.get_by_role("button", name="Mark all as read").click()
    expect(unread).to_have_count(0)


def _sign_out(page: Page) -> None:
    page.get_by_role("link", name="My settings").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
