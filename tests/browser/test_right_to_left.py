"""A need in Arabic among those in English: in the list, on the map, in the network, on its own page, at 360 pixels."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.browsing import at_rest, context_on
from tests.browser.harbour import Harbour
from tests.browser.looking import SIDEWAYS

pytestmark = [pytest.mark.browser, pytest.mark.live]

ARABIC = "غرفة لأربعين شخصا، قرب Camden Road"  # as in stocking
WORDS = "قرب Camden Road"


@pytest.fixture
def page(browser: Browser, full_harbour: Harbour) -> Iterator[Page]:
    size = {"width": 360, "height": 780}
    context = context_on(browser, full_harbour, reduced_motion="reduce", viewport=size)
    yield context.new_page()
    context.close()


def box(place: Locator) -> dict[str, float]:
    found = place.bounding_box()
    assert found
    return dict(found)


def test_a_card_begins_at_its_right_and_leaves_those_around_as_they_are(page: Page):
    page.goto("/needs/?q=Camden+Road")
    card = page.locator(".card", has_text=WORDS).first
    title, summary = card.locator(".card-title"), card.locator(".card-summary")
    for part in (title, summary):
        expect(part).to_have_css("direction", "rtl")
    expect(title).to_have_css("letter-spacing", "normal")
    words, line = box(title.locator("a")), box(title)
    assert words["x"] + words["width"] == pytest.approx(line["x"] + line["width"], abs=2), "it begins at the right"
    expect(card.locator(".card-kind")).to_have_css("direction", "ltr")
    assert box(card.locator(".card-hoist"))["x"] < box(title)["x"], "the flag stays where all flags are"
    assert page.evaluate(SIDEWAYS) == ""


def test_its_own_page_runs_from_right_to_left_where_its_words_are(page: Page, full_harbour: Harbour):
    page.goto(f"/needs/{full_harbour.names['arabic']}")
    expect(page.locator("h1")).to_have_css("direction", "rtl")
    expect(page.locator(".content").first).to_have_css("direction", "rtl")
    expect(page.locator("html")).to_have_css("direction", "ltr")
    assert page.evaluate(SIDEWAYS) == ""


def test_on_the_map_its_words_begin_at_their_right(page: Page):
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/atlas/?q=Camden+Road&kind=need")
    at_rest(page)
    page.locator(".map-pin").first.click()
    popup = page.locator(".leaflet-popup p", has_text=WORDS)
    expect(popup).to_have_css("direction", "rtl")
    expect(popup).to_have_attribute("lang", "ar")


def test_in_the_network_its_name_is_drawn_from_right_to_left(page: Page):
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/atlas/?view=network&q=Camden+Road&kind=need")
    at_rest(page)
    name = page.locator(".network-names text[lang=ar]")
    expect(name).to_have_attribute("direction", "rtl")
    link = page.locator(".network-node").filter(has=page.locator("xpath=self::*[contains(@aria-label, 'Camden Road')]"))
    assert f"\u2068{ARABIC}\u2069" in (link.first.get_attribute("aria-label") or ""), "alone in its sentence"
