"""A node as its people see it, and a thing on its way over the nodes."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from html import unescape

from tests.federation.live.kinds import Kind
from tests.federation.live.kinds_forms import Browser
from tests.federation.live.node import PASSWORD, InhabitedNode

PATIENCE = 30.0  # seconds
GLANCE_SECONDS = 0.3
HOUSING_PAGE = "/topics/housing"
GUEST = """
from accounts.actions import make_account
make_account({email!r}, {password!r})
"""


class Shore:
    """A node with its steward and a guest, who has an account there and follows the topic of housing."""

    def __init__(self, node: InhabitedNode) -> None:
        self.node = node
        self.name = node.name
        node.prepare(GUEST.format(email=f"guest@{node.name}.example", password=PASSWORD))
        self.steward = Browser.signed_in(node, f"steward@{node.name}.example")
        self.guest = Browser.signed_in(node, f"guest@{node.name}.example")
        self._glances: dict[tuple[int, str], tuple[float, str]] = {}
        self.guest.press("Follow", HOUSING_PAGE)

    @property
    def guest_name(self) -> str:
        return f"Guest of {self.name.title()}"

    def glance(self, who: Browser, path: str) -> str:
        """A page, read at most three times a second however many things are looked for on it."""
        read_at, text = self._glances.get((id(who), path), (0.0, ""))
        if time.monotonic() - read_at > GLANCE_SECONDS:
            text = unescape(who.get(path).text)
            self._glances[id(who), path] = (time.monotonic(), text)
        return text

    def notice(self, who: Browser, *words: str) -> bool:
        """Whether one of somebody's notices has all these words."""
        pages = self.glance(who, "/notices/") + self.glance(who, "/notices/?page=2")
        return any(all(each in notice for each in words) for notice in pages.split('data-uri="notice:'))

    def card(self, kind: str, title: str) -> str:
        """The page that the atlas's card of this title opens; empty while there is none."""
        page = self.glance(self.guest, f"/atlas/?kind={kind}")
        cards = re.findall(r'class="card-title"><a href="([^"]+)"[^>]*>([^<]*)</a>', page)
        return next((path for path, words in cards if words == title), "")


@dataclass
class Thing:
    """One thing of a kind on its way through the steps; `pages` has its page on every node that has shown it."""

    kind: Kind
    home: Shore
    elsewhere: list[Shore]
    title: str
    version: int
    path: str = ""
    pages: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def everywhere(self) -> list[Shore]:
        return [self.home, *self.elsewhere]

    @property
    def uri(self) -> str:
        return self.home.node.origin + self.path
