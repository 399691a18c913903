"""Finished matches that both sides show, as the owner of either thing tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cop.models.matched import MOST_SHOWN

if TYPE_CHECKING:
    from federation.reader import Reader

Json = dict[str, Any]


def to_wire(done_with: list[Json]) -> list[Json]:
    named = {"uri": "id", "title": "name", "who": "signed"}
    return [{named[name]: value for name, value in each.items() if value} for each in done_with]


def from_wire(read: Reader) -> list[Json]:
    """What its owner says of itself: whoever shows it says whose word it is."""
    found = []
    for each in read.children("doneWith")[:MOST_SHOWN]:
        uri = each.uri("id") if "id" in each else ""
        found.append({"uri": uri[:500], "title": each.text("name", 200), "who": each.text("signed", 120)})
    return [each for each in found if each["title"]]
