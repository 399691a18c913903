"""What people do in the live stories, each by the forms of the pages."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from tests.federation.live.node import PASSWORD, InhabitedNode, Visitor
from tests.nodes import eventually

STEWARD = """
from accounts.actions import make_account
from cop.actions.groups import found_group
from federation import actors
from federation.describing import describe_this_node
steward = make_account({email!r}, {password!r}, is_steward=True)
describe_this_node(name={name!r})
found_group(actors.for_user(steward), name="Neighbours of " + {name!r}, joining="request", language="en",
            topics=["urn:flotilla:topic:housing"])
"""


AGREED = {"agree": "on", "agreement": "1"}


def settle(node: InhabitedNode) -> None:
    """Give a node its steward, who leads one group."""
    node.prepare(STEWARD.format(email=f"steward@{node.name}.example", password=PASSWORD, name=node.name.title()))


def steward(node: InhabitedNode) -> Visitor:
    return node.person(f"steward@{node.name}.example")


def become_neighbours(*nodes: InhabitedNode, wait: bool = True) -> None:
    """Each with each: one steward gives the other node's address, the other says yes.

    Unless told not to `wait`, returns when all hold the same.
    """
    desks = [steward(node) for node in nodes]
    for place, desk in enumerate(desks):
        for asked in nodes[place + 1 :]:
            answer = desk.post("/desk/neighbours/invitations", {"address": asked.origin, **AGREED}, "/desk/neighbours")
            assert answer.status == 200, answer.text[:1000]
    for place, desk in enumerate(desks[1:], start=1):
        for page in eventually(partial(_asking, desk, place), within=30):
            assert desk.post(f"{page}/accept", AGREED, page).status == 200
    if not wait:
        return
    eventually(lambda: agree(*nodes), within=30)
    # Agreeing digests speak of the objects; their cards are made a moment later, from the journal.
    groups = {f"Neighbours of {node.name.title()}" for node in nodes}
    eventually(lambda: all(groups <= set(cards(node, kind="group")) for node in nodes), within=30)


def _asking(desk: Visitor, so_many: int) -> set[str] | None:
    """Where a steward reads and answers what other nodes ask, once they are so many."""
    pages = set(re.findall(r'/desk/neighbours/\d+(?=">Read and answer)', desk.get("/desk/").text))
    return pages if len(pages) >= so_many else None


def agree(*nodes: InhabitedNode) -> bool:
    """Whether every node holds of every other exactly what that one publishes, and that is not nothing."""
    for origin in nodes:
        own = origin.digest()
        if not own["count"]:
            return False
        for node in nodes:
            held = node.digest(origin.origin)
            if (held["count"], held["hash"]) != (own["count"], own["hash"]):
                return False
    return True


def publish_need(visitor: Visitor, title: str, **more: Any) -> str:
    """Publish a need for the visitor's first group; its path on their node."""
    page = visitor.get("/needs/new").text
    speaker = re.search(r'<option value="([a-z0-9]{12})"', page)
    assert speaker, page[:3000]
    fields = {
        "speaker": speaker[1],
        "audience": "everyone",
        "title": title,
        "summary": "Who can help?",
        "support": "space",
        "topics": ["urn:flotilla:topic:housing"],
        "language": "en",
        **more,
    }
    answer = visitor.post("/needs/new", fields)
    assert answer.status == 200 and "/needs/new" not in answer.url, answer.text[:4000]
    return answer.url.removeprefix(visitor.node.origin)


def cards(node: InhabitedNode, **asked: str) -> list[str]:
    """The titles on a node's atlas."""
    from urllib.parse import urlencode

    text = node.visit(f"/atlas/?{urlencode(asked)}").text
    return re.findall(r'class="card-title"><a [^>]*>([^<]*)</a>', text)


def asked_at(visitor: Visitor, words: str) -> str:
    """The desk, once it shows a request with these words."""
    page = visitor.get("/desk/").text
    return page if words in page else ""
