"""Somebody who has no mouse. Every step looks where the focus is, and that it can be seen."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import Locator, Page

MOST_STEPS = 250

# What is wrong with the focus, or nothing. WCAG 2.2: 2.4.7 (a focus is visible) and 2.4.11 (and not hidden by others).
UNSEEN = """
() => {
  const on = document.activeElement;
  if (!on || on === document.body) return "";
  // What only scripts and fragments can focus is a place to go on from, not something to operate.
  const place = on.getAttribute("tabindex") === "-1" && !on.matches("a, button, input, select, textarea");
  const name = on.outerHTML.slice(0, 160);
  const box = on.getBoundingClientRect();
  const left = Math.max(box.left, 0), right = Math.min(box.right, innerWidth);
  const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
  if (right - left < 1 || bottom - top < 1) return `outside the screen: ${name}`;
  const style = getComputedStyle(on);
  const ring = on.querySelector(".network-ring");
  const marked = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none"
    || (ring && getComputedStyle(ring).stroke !== "none");
  if (!marked && !place) return `nothing marks it: ${name}`;
  const corners = [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.1], [0.5, 0.9]];
  const seen = corners.some(([x, y]) => {
    const hit = document.elementFromPoint(left + (right - left) * x, top + (bottom - top) * y);
    return hit && (on.contains(hit) || hit.contains(on));
  });
  return seen ? "" : `hidden behind something: ${name}`;
}
"""


class Keyboard:
    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        """AssertionError when the focus cannot be seen after one of them."""
        for key in keys:
            self.page.keyboard.press(key)
            unseen = self.page.evaluate(UNSEEN)
            assert not unseen, f"on {self.page.url}, after {key}, the focus is {unseen}"

    def open(self) -> None:
        """Follow a link or send a form: what comes next is another page."""
        self.page.keyboard.press("Enter")

    def write(self, text: str) -> None:
        self.page.keyboard.type(text)

    def tab_to(self, wanted: Locator) -> None:
        """Tab until it has the focus. AssertionError when it never gets it."""
        for _step in self._steps():
            if has_focus(wanted):
                return
        raise AssertionError(f"{wanted} cannot be reached with the Tab key on {self.page.url}")

    def tab_through(self, part: Locator) -> list[str]:
        """Tab through what is in `part`; the names of what had the focus there, in order."""
        names: list[str] = []
        for _step in self._steps():
            if part.evaluate("part => part.contains(document.activeElement)"):
                names.append(self.page.evaluate("document.activeElement.textContent.trim()"))
            elif names:
                return names
        raise AssertionError(f"the focus never left {part}")

    def _steps(self) -> Iterator[None]:
        for _step in range(MOST_STEPS):
            self.press("Tab")
            yield


def has_focus(locator: Locator) -> bool:
    """Whether the focus is on one of those that fit."""
    return bool(locator.evaluate_all("all => all.includes(document.activeElement)"))
