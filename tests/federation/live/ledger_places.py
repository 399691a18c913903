"""Every place where what somebody published shows, on their node and on its neighbour, with repetitions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from tests.federation.live.kinds_shore import Shore
from tests.federation.live.node import Visitor

CARD = re.compile(r'class="card-title"><a [^>]*>([^<]*)</a>')
NOTICE = re.compile(r'data-uri="notice:.*?<strong><a [^>]*>([^<]*)</a>', re.DOTALL)


def places(home: Shore, neighbour: Shore) -> dict[str, list[str]]:
    """Titles of needs by place. The guest of the neighbour has followed their topic since before the first."""
    return {
        f"{home.name}’s atlas": _listed(home.guest, "/atlas/?kind=need", CARD),
        f"{home.name}’s catalogue": list(_in_catalogue(home)),
        f"{home.name}’s outbox": list(_in_outbox(home)),
        f"{neighbour.name}’s atlas": _listed(neighbour.guest, "/atlas/?kind=need", CARD),
        f"{neighbour.name}’s notices": _listed(neighbour.guest, "/notices/?", NOTICE),
    }


def _listed(visitor: Visitor, path: str, title: re.Pattern[str]) -> list[str]:
    """What all pages of a list show."""
    found: list[str] = []
    number = 1
    while True:
        text = visitor.get(f"{path}&page={number}").text
        found += [unescape(each) for each in title.findall(text)]
        number += 1
        if f"page={number}" not in text:
            return found


def _in_catalogue(home: Shore) -> Iterator[str]:
    """What a node that became a neighbour now would be given."""
    path = "/metro/catalogue?after=0"
    while path:
        page = home.node.document(path)
        yield from (item["name"] for item in page["orderedItems"] if item["type"] == "Note")
        path = page.get("next", "").removeprefix(home.node.origin)


def _in_outbox(home: Shore) -> Iterator[str]:
    """What the steward's group has said, each thing for the first time."""
    group = re.search(r'href="(/groups/[a-z0-9]{12})"', home.steward.get("/atlas/?kind=group&node=here").text)
    assert group, "no group on the atlas"
    path = home.node.document(f"{group[1]}/outbox")["first"].removeprefix(home.node.origin)
    while path:
        page = home.node.document(path)
        said = (item for item in page["orderedItems"] if item["type"] == "Create")
        yield from (item["object"]["name"] for item in said if item["object"]["type"] == "Note")
        path = page.get("next", "").removeprefix(home.node.origin)
