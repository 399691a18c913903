"""From a click on one node to paint on another: two nodes, two browsers, one clock.

Alice, the steward of Camden, fills in the real form. Dana, who follows the topic Housing on Hackney, looks at the
atlas, whose head carries the bell of her notices. Nobody reloads anything.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.browsing import PATIENCE_MS, context_on, sign_in
from tests.federation.live.node import PASSWORD, InhabitedNode
from tests.federation.live.stories import become_neighbours, settle

HOUSING = "urn:flotilla:topic:housing"
#: Open pages hear of changes at most once a second; a person also takes longer than this for a form.
PAUSE_SECONDS = 2.0

FOLLOWER = """
from accounts.actions import make_account
from notifications.actions import follow
from notifications.models import Follow
follow(make_account({email!r}, {password!r}), Follow.Kind.TOPIC, {topic!r})
"""

# The first task after the frame that shows an element: it has been painted by then.
WATCH = """
window.painted = {};
const seen = (name) => {
  if (name in window.painted) return;
  window.painted[name] = 0;
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => { window.painted[name] = Date.now(); };
    channel.port2.postMessage(0);
  });
};
const look = () => {
  for (const title of document.querySelectorAll("#cards .card-title")) seen(title.textContent.trim());
  const bell = document.querySelector("#bell .bell-count");
  if (bell) seen("bell " + bell.textContent.trim());
};
new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
document.addEventListener("DOMContentLoaded", look);
"""

CLICKED = """
document.addEventListener("click", (event) => {
  if (event.target.closest("form.form button[type=submit]")) sessionStorage.setItem("clicked", Date.now());
}, true);
"""


@dataclass(frozen=True)
class Crossing:
    """Milliseconds from the click on Publish: to the card on the other node's atlas, and to the bell above it."""

    card: int
    bell: int


@dataclass
class Strait:
    camden: InhabitedNode
    hackney: InhabitedNode
    alice: Page
    dana: BrowserContext
    atlas: Page
    unread: int

    def publish(self, title: str) -> int:
        """Alice publishes a need by clicking; returns when she clicked, in milliseconds of this machine's clock."""
        page = self.alice
        page.goto("/needs/")
        page.get_by_role("link", name="Publish a need").click()
        page.get_by_label("Published by").select_option(label="Neighbours of Camden")
        page.fill("[name=title]", title)
        page.fill("[name=summary]", "Who can help?")
        page.select_option("[name=support]", "space")
        choose_topic(page, HOUSING)
        page.get_by_role("button", name="Publish").click()
        page.get_by_role("heading", level=1, name=title).wait_for()
        self.unread += 1
        return int(page.evaluate("Number(sessionStorage.getItem('clicked'))"))

    def cross(self, title: str) -> Crossing:
        """One need from click to paint, in Dana's atlas and its bell."""
        clicked = self.publish(title)
        card = painted(self.atlas, title)
        bell = painted(self.atlas, f"bell {self.unread}")
        return Crossing(card - clicked, bell - clicked)

    def cross_many(self, count: int) -> list[Crossing]:
        crossings = []
        for number in range(count):
            time.sleep(PAUSE_SECONDS)
            crossings.append(self.cross(f"A room for {20 + number} people"))
        return crossings


def choose_topic(page: Page, iri: str) -> None:
    """Tick a topic, opening the group it stands in first if that is folded."""
    box = page.locator(f"input[name=topics][value='{iri}']")
    folded = page.locator("details:not([open])").filter(has=box)
    if folded.count():
        folded.locator("summary").first.click()
    box.check()


def painted(page: Page, name: str) -> int:
    """When `name` was first painted on the page, in milliseconds of this machine's clock."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < deadline:
        at = int(page.evaluate("name => window.painted[name] ?? 0", name))
        if at:
            return at
        page.wait_for_timeout(50)
    raise AssertionError(f"{name!r} was never painted on {page.url}; painted: {page.evaluate('window.painted')}")


@contextmanager
def strait(browser: Browser, data: Path) -> Iterator[Strait]:
    """Both nodes, peered, with both people in front of their screens."""
    camden, hackney = InhabitedNode("camden", data / "camden"), InhabitedNode("hackney", data / "hackney")
    dana_at = "dana@hackney.example"
    with camden, hackney:
        hackney.prepare(FOLLOWER.format(email=dana_at, password=PASSWORD, topic=HOUSING))
        settle(camden)
        settle(hackney)
        become_neighbours(camden, hackney)
        here, there = context_on(browser, camden), context_on(browser, hackney)
        try:
            yield _people_in_place(camden, hackney, here, there, dana_at)
        finally:
            here.close()
            there.close()


def _people_in_place(
    camden: InhabitedNode, hackney: InhabitedNode, here: BrowserContext, there: BrowserContext, dana: str
) -> Strait:
    here.add_init_script(CLICKED)
    there.add_init_script(WATCH)
    # One tab for each: a browser draws the tabs behind the first one only once a second.
    alice, atlas = here.new_page(), there.new_page()
    sign_in(alice, f"steward@{camden.name}.example")
    sign_in(atlas, dana)
    atlas.goto("/atlas/?kind=need")
    atlas.locator("html[data-live=on]").wait_for()
    painted(atlas, "bell 2")  # the two groups, which work for housing as well
    return Strait(camden, hackney, alice, there, atlas, unread=2)
