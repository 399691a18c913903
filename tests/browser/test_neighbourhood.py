"""A neighbourhood as it is drawn: every name beside its flag, none over another or cut off, on every screen."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from playwright.sync_api import Browser

from tests.browser.browsing import context_on
from tests.browser.harbour import Harbour
from tests.browser.looking import SIDEWAYS

pytestmark = [pytest.mark.browser, pytest.mark.live]

# What is drawn over something else, or past the edge, in words; nothing where all is well.
IN_THE_WAY = """
() => {
  const edge = document.querySelector(".neighbourhood-canvas").getBoundingClientRect();
  const all = [...document.querySelectorAll(".neighbourhood-canvas :is(text, .flag, .network-dot)")]
    .filter((each) => !each.closest(".neighbourhood-middle, .neighbourhood-says"))
    .map((each) => ({ words: each.textContent.trim() || "a flag", box: each.getBoundingClientRect() }));
  const found = [];
  for (const [at, { words, box }] of all.entries()) {
    if (box.left < edge.left - 1 || box.right > edge.right + 1) found.push(`${words} passes the edge`);
    for (const other of all.slice(at + 1)) {
      const over = box.right > other.box.left + 1 && box.left < other.box.right - 1
        && box.bottom > other.box.top + 1 && box.top < other.box.bottom - 1;
      if (over) found.push(`${words} over ${other.words}`);
    }
  }
  return found;
}
"""


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_no_name_lies_over_another(browser: Browser, full_harbour: Harbour, width: int):
    context = context_on(browser, full_harbour, viewport={"width": width, "height": 800})
    page = context.new_page()
    for middle in ("urn:flotilla:topic:housing", full_harbour.names["need_uri"]):
        page.goto(f"/atlas/?view=network&around={quote(middle, safe='')}")
        page.evaluate("document.fonts.ready")
        assert page.locator(".neighbourhood a[data-walk]").count()
        assert page.evaluate(IN_THE_WAY) == []
        assert page.evaluate(SIDEWAYS) == ""
    context.close()
