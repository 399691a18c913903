"""Light, dark, high contrast and the device's own colours: whoever chooses one reads everything in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.browsing import at_rest, context_on
from tests.browser.harbour import AXE, Harbour
from tests.browser.looking import RUN, SIDEWAYS, TAGS

pytestmark = [pytest.mark.browser, pytest.mark.live]

ENHANCED = ["color-contrast-enhanced"]
PAGES = ("/style/", "/", "/atlas/?kind=gathering", "/needs/", "/accounts/login/")
# Colours as the browser uses them.
STYLES = """([selector, pseudo, ...names]) => {
  const found = getComputedStyle(document.querySelector(selector), pseudo || null);
  return names.map((name) => found.getPropertyValue(name));
}"""


@pytest.fixture
def page(browser: Browser, full_harbour: Harbour) -> Iterator[Page]:
    context = context_on(browser, full_harbour, reduced_motion="reduce", viewport={"width": 1280, "height": 900})
    context.add_init_script(path=AXE)
    yield context.new_page()
    context.close()


def faults(page: Page, kind: str, values: list[str]) -> list[str]:
    return [f"{page.url} {each['id']}: {each['places']}" for each in page.evaluate(RUN, [kind, values])]


@pytest.mark.parametrize("language", ["en", "it"])
@pytest.mark.parametrize("theme", ["", "light", "dark", "contrast"])
def test_the_style_page_is_right_in_every_look_and_language(page: Page, theme: str, language: str):
    found: list[str] = []
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"/style/?theme={theme}&language={language}")
        at_rest(page)
        found += faults(page, "tag", TAGS)
        found += [f"{width} px: {wide}" for wide in [page.evaluate(SIDEWAYS)] if wide]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_with_more_contrast_all_text_has_seven_to_one(page: Page, scheme: Any):
    page.emulate_media(color_scheme=scheme, contrast="more")
    found: list[str] = []
    for path in (*PAGES[1:], "/style/?theme=contrast"):
        page.goto(path)
        at_rest(page)
        found += faults(page, "rule", ENHANCED)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_with_the_colours_of_the_device_flags_masts_and_maps_keep_their_meaning(page: Page, scheme: Any):
    page.emulate_media(color_scheme=scheme, forced_colors="active")
    page.goto("/atlas/?kind=gathering")
    at_rest(page)
    canvas, text = page.evaluate("""() => {
      const sample = document.body.appendChild(document.createElement("p"));
      const colours = ["Canvas", "CanvasText"].map((name) => {
        sample.style.color = name;
        return getComputedStyle(sample).color;
      });
      sample.remove();
      return colours;
    }""")
    assert canvas != text

    def style_of(selector: str, *names: str, pseudo: str = "") -> list[str]:
        return page.evaluate(STYLES, [selector, pseudo, *names])

    mast = page.locator(".map-pin, .map-count").first.get_attribute("class")
    assert mast
    assert style_of(f".{mast.split()[0]}", "background-color", pseudo="::after") == [text], "the mast is seen"
    assert style_of(".flag-locker .in-red", "fill") != style_of(".flag-locker .in-blue", "fill"), (
        "flags keep their cloth"
    )
    assert style_of(".flag-locker .flag-hem", "stroke") == [text], "and their hem stands out"
    assert style_of(".map-land", "fill") == [canvas]
    assert style_of(".kind", "background-color", "color") == [text, canvas]
    page.goto("/atlas/?view=network&kind=group")
    at_rest(page)
    assert style_of(".network-link", "stroke") == [text]
    assert style_of(".network-names text", "fill", "stroke") == [text, canvas]
