"""People of three nodes with no mouse: they meet a need, and negotiate a mandate, by the keys alone.

Addresses are typed where somebody would follow a link of a notice or a mail; everything else is reached with Tab, and
every step looks whether the focus can be seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.sync_api import Error, expect

from tests.browser.browsing import context_on, sign_in, speak
from tests.browser.keyboard import Keyboard
from tests.nodes import eventually

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

    from tests.federation.live.node import InhabitedNode

WITHIN = 60.0  # seconds until a word of another node is on the page
AMENDED = "Also at night"


class Hands:
    """Somebody at one node, signed in, who uses the keyboard."""

    def __init__(self, browser: Browser, node: InhabitedNode, language: str) -> None:
        self.node, self.language = node, language
        context = context_on(browser, node, language=language, reduced_motion="reduce")
        self.page: Page = context.new_page()
        sign_in(self.page, f"steward@{node.name}.example")
        speak(self.page, language)
        self.keyboard = Keyboard(self.page)
        self.forms_sent = 0

    def go(self, address: str) -> None:
        self.page.goto(urlsplit(address).path if address.startswith("http") else address)
        expect(self.page.locator("html")).to_have_attribute("lang", self.language)

    def follow(self, wanted: str, words: str = "") -> None:
        """Tab to the link in the page's own part, and open it."""
        link = self.main.locator(wanted, has_text=words) if words else self.main.locator(wanted)
        self.keyboard.tab_to(link)
        before = self.page.url
        self.keyboard.open()
        self.page.wait_for_url(lambda address: address != before)

    def fill(self, **written: str) -> None:
        """Tab from field to field, in the order given, and write."""
        for name, words in written.items():
            self.keyboard.tab_to(self.main.locator(f"[name='{name.replace('__', '-')}']"))
            self.page.keyboard.press("ControlOrMeta+a")
            self.keyboard.write(words)

    def choose(self, name: str, value: str) -> None:
        """Among radio buttons, with the arrow keys."""
        group = self.main.locator(f"[name='{name}']")
        wanted = self.main.locator(f"[name='{name}'][value='{value}']")
        self.keyboard.tab_to(group)
        self.page.keyboard.press("Space")
        for _each in range(group.count()):
            if wanted.is_checked():
                return
            self.keyboard.press("ArrowDown")
        assert wanted.is_checked(), f"{name}={value} cannot be chosen with the arrow keys on {self.page.url}"

    def send(self) -> None:
        """The form's own button. AssertionError when the form comes back."""
        button = self.main.locator("form.form[method=post] .form-actions button[type=submit]").first
        before = self.page.url
        self.keyboard.tab_to(button)
        self.keyboard.open()
        try:
            self.page.wait_for_url(lambda address: address != before)
        except Error:
            wrong = self.page.locator(".error-summary").all_inner_texts()
            raise AssertionError(f"the form at {before} came back: {wrong}") from None
        self.forms_sent += 1

    def sees(self, words: str | Locator, address: str = "") -> None:
        """In the page's own part, looked at again until it has arrived from the other node."""

        def shown() -> bool:
            if address:
                self.go(address)
            found = self.main.get_by_text(words).first if isinstance(words, str) else words.first
            return found.count() > 0

        eventually(shown, within=WITHIN)

    @property
    def main(self) -> Locator:
        return self.page.locator("main")


def meet_a_need(one: Hands, other: Hands, title: str) -> None:
    """One publishes a need; the other proposes to help; it is agreed, begun, done, and both say thanks."""
    one.go("/needs/new")
    one.fill(title=title)
    one.keyboard.tab_to(one.main.locator(".choice-group > summary").first)
    one.keyboard.press("Space", "Tab", "Space")
    one.send()
    expect(one.page.get_by_role("heading", level=1)).to_have_text(title)
    other.sees(title, "/needs/")
    other.follow("a", title)
    other.follow("a[href*='/matches/new']")
    other.fill(words="We read plans on Tuesdays.", contact="by the blue door")
    other.send()
    theirs = other.page.url
    one.sees(title, "/matches/")
    one.follow("a[href^='/matches/']", title)
    ours = one.page.url
    one.follow("a[href*='/agreeing']")
    one.fill(contact="ring twice")
    one.send()
    other.sees("ring twice", theirs)
    _step(other, theirs, "starting")
    _step(other, theirs, "finishing", outcome="We read three.")
    thanking = one.main.locator("a[href*='/thanking']")
    one.sees(thanking, ours)
    _step(one, ours, "thanking", outcome="We understood them.", thanks="Thank you, all of you.")
    other.sees("Thank you, all of you.", theirs)
    _step(other, theirs, "thanking", thanks="And thank you.")
    one.sees("And thank you.", ours)


def _step(hands: Hands, match: str, step: str, **written: str) -> None:
    hands.go(match)
    hands.follow(f"a[href*='/{step}']")
    hands.fill(**written)
    hands.send()


def agree_on_a_mandate(one: Hands, other: Hands, third: Hands, title: str, groups: list[str]) -> None:
    """One proposes a mandate to the groups of the others; the other amends it; all three consent.

    `groups` are the addresses of the three groups, each on its own node, the first one's first.
    """
    one.go(groups[0])
    name = one.main.get_by_role("heading", level=1).inner_text()
    one.follow("a[href$='/mandate']")
    one.follow("a[href$='/mandate/new']")
    one.fill(title=title, purpose="So that nobody faces a plan alone.", goal__0__text="Read plans")
    one.fill(party__0__body=groups[1], party__1__body=groups[2])
    one.send()
    _look_at_mandate(other, name, title)
    other.follow("a[href$='/mandate/new']")
    other.fill(purpose="So that nobody faces a plan alone, nor at night.", comment=AMENDED)
    other.send()
    for hands in (one, third):
        _look_at_mandate(hands, name, AMENDED)
        hands.follow(f"li:has-text('{AMENDED}') a[href^='/mandates/']")
        hands.follow("a[href$='/stance']")
        hands.choose("stance", "consent")
        hands.send()
    for hands in (one, other, third):
        _look_at_mandate(hands, name, title)
        hands.sees("nor at night", urlsplit(hands.page.url).path)
        expect(hands.main.get_by_role("heading", level=2).first).to_have_text(title)


def _look_at_mandate(hands: Hands, group: str, words: str) -> None:
    hands.go("/groups/")
    hands.follow("a", group)
    hands.follow("a[href$='/mandate']")
    hands.sees(words, urlsplit(hands.page.url).path)
