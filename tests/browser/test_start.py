"""Distances from where somebody is: on a click, and to about a hundred metres."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.browsing import context_on
from tests.browser.harbour import Harbour

pytestmark = [pytest.mark.browser, pytest.mark.live]


def test_where_somebody_is_goes_into_the_address_rounded(browser: Browser, full_harbour: Harbour):
    context = context_on(browser, full_harbour, permissions=["geolocation"])
    context.set_geolocation({"latitude": 51.536123, "longitude": -0.140456})
    page = context.new_page()
    page.goto("/atlas/?layer=face")
    page.get_by_role("button", name="Start from where I am").click()
    expect(page).to_have_url(re.compile(re.escape("near=51.536%2C-0.140")))
    context.close()


def test_a_refusal_is_said_in_words(browser: Browser, full_harbour: Harbour):
    context = context_on(browser, full_harbour)
    page = context.new_page()
    page.goto("/atlas/?layer=face")
    page.get_by_role("button", name="Start from where I am").click()
    expect(page.locator("[data-start-status]")).to_have_text(re.compile("does not say where you are"))
    context.close()
