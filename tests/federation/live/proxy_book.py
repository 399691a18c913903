"""What the proxy has seen: every request between nodes, what it asked for, and how it ended."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from tests.federation.live.proxy_plan import Fate

POST, OBJECT, DIGEST, PARTS, ABOUT = "POST", "object", "digest", "digest parts", "about"
CATALOGUE, TOGETHER = "catalogue", "objects"
"""What requests are for. PARTS lists what some buckets of a digest hold, TOGETHER brings many objects; ABOUT says who a
node is and how it works."""
NEVER = 0
"""The status of a request that was not answered."""


@dataclass
class Passage:
    """One request on its way; `at` in seconds, by time.monotonic.

    `status` is what the sender was told, `taken` how often the receiver said yes to it, whoever heard that.
    `activity` and `thing` are what a POST carries.
    """

    at: float
    sender: str
    receiver: str
    kind: str
    path: str
    fate: Fate = Fate.PASS
    status: int = NEVER
    taken: int = 0
    activity: str = ""
    thing: str = ""

    @property
    def arrived(self) -> bool:
        """Whether the other node has taken it, even if the sender was never told."""
        return self.taken > 0


@dataclass
class Book:
    passages: list[Passage] = field(default_factory=list)

    def enter(self, sender: str, receiver: str, method: str, path: str, body: bytes) -> Passage:
        passage = Passage(time.monotonic(), sender, receiver, kind_of(method, path), path)
        if passage.kind == POST:
            passage.activity, passage.thing = _said(body)
        self.passages.append(passage)
        return passage

    def since(self, moment: float, *kinds: str) -> Iterator[Passage]:
        """Those that came at `moment` or later, of these kinds or of all."""
        for passage in tuple(self.passages):
            if passage.at >= moment and (not kinds or passage.kind in kinds):
                yield passage

    def counted(self, since: float = 0.0) -> Counter[str]:
        return Counter(passage.kind for passage in self.since(since))

    def missing(self) -> set[tuple[str, str]]:
        """What a node lacked, by node and path: its newest word was still to come when the node asked for it, or never
        came at all, as that of an end, which is told whole in a list."""
        newest: dict[tuple[str, str], str] = {}
        arrived: set[tuple[str, str]] = set()
        found: set[tuple[str, str]] = set()
        for each in self.since(0.0, POST, OBJECT, TOGETHER):
            pair = (each.sender, urlsplit(each.path).path)
            if each.kind == TOGETHER:
                asked = {(each.sender, path) for path in parse_qs(urlsplit(each.path).query)["id"]}
                found |= {one for one in asked if (one[0], newest.get(one, "")) not in arrived}
            elif each.kind == POST:
                pair = (each.receiver, urlsplit(each.thing).path)
                newest[pair] = each.activity
                arrived |= {(each.receiver, each.activity)} if each.arrived else set()
            elif (pair[0], newest.get(pair, "")) not in arrived:
                found.add(pair)
        return found | {pair for pair, activity in newest.items() if (pair[0], activity) not in arrived}

    def repeated(self) -> int:
        """Deliveries that reached a node which had taken the same activity before."""
        taken: Counter[tuple[str, str]] = Counter()
        for each in self.since(0.0, POST):
            taken[each.receiver, each.activity] += each.taken
        return sum(number - 1 for number in taken.values() if number)


def kind_of(method: str, path: str) -> str:
    parts = urlsplit(path)
    if method == "POST":
        return POST
    if parts.path == "/metro/digest":
        return PARTS if "buckets=" in parts.query else DIGEST
    if parts.path == "/metro/catalogue":
        return TOGETHER if "id=" in parts.query else CATALOGUE
    about = ("/.well-known/", "/nodeinfo/", "/actor", "/metro/")
    return ABOUT if parts.path.startswith(about) or parts.path == "/" else OBJECT


def _said(body: bytes) -> tuple[str, str]:
    """The ids of an activity and of what it speaks of; empty for what is none."""
    try:
        said = json.loads(body)
        thing = said.get("object", "")
        return str(said.get("id", "")), str(thing.get("id", "")) if isinstance(thing, dict) else str(thing)
    except (ValueError, AttributeError):
        return "", ""
