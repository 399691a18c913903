"""What programs read at the address of a thing: its document, its calendar file, its actor's collections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import icalendar

from tests.federation.live.kinds import SIGN_UP_AT

if TYPE_CHECKING:
    from tests.federation.live.kinds_forms import Browser
    from tests.federation.live.kinds_shore import Thing
    from tests.federation.live.node import Answer, InhabitedNode

ACTIVITY = "application/activity+json"
LINKED_DATA = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
BROWSERS_WANT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


def document(node: InhabitedNode, path: str, status: int = 200) -> Any:
    """The document at an address, the same by both media types of ActivityPub. AssertionError if it is none."""
    answers = [node.visit(path, accept=accept) for accept in (ACTIVITY, LINKED_DATA)]
    for answer in answers:
        assert answer.status == status, f"{path}: expected {status}, got {answer.status} {answer.text[:300]}"
    first, second = (answer.json() for answer in answers)
    assert first == second, f"{path}: two media types, two documents"
    return first


def as_page_and_document(node: InhabitedNode, thing: Thing) -> None:
    page = node.visit(thing.path, accept=BROWSERS_WANT)
    assert page.status == 200 and "<html" in page.text, f"{thing.path}: {page.status}"
    found = document(node, thing.path)
    expected: dict[str, object] = {
        "id": thing.uri,
        "type": thing.kind.type,
        "additionalType": thing.kind.additional_type,
        "name": thing.title,
    }
    if thing.kind.card != "topic":
        expected["version"] = thing.version
        assert PUBLIC in found["to"], found["to"]
    _assert_says(found, expected)
    if thing.kind.type in {"Note", "Event", "Article"}:
        assert found["contentMap"]["en"] and found["attributedTo"], f"{thing.path}: {found}"


def _assert_says(found: Any, expected: dict[str, object]) -> None:
    different = {name: found.get(name) for name, value in expected.items() if found.get(name) != value}
    assert not different, f"{found.get('id')}: expected {expected}, different are {different}"


def leads_home(node: InhabitedNode, thing: Thing) -> None:
    """On another node the page says where it comes from; a program is sent to the thing itself."""
    page = node.visit(thing.pages[node.name], accept=BROWSERS_WANT)
    found = document(node, thing.pages[node.name])
    if thing.kind.card == "topic":
        assert found["id"] == node.origin + thing.path  # every node has an actor of its own for a topic
        return
    assert thing.uri in page.text, f"{thing.pages[node.name]} does not say where it lives"
    assert found["id"] == thing.uri, found["id"]


def calendar(node: InhabitedNode, thing: Thing) -> None:
    answer = node.visit(f"{thing.pages[node.name]}.ics")
    assert answer.status == 200, f"{answer.url}: {answer.status}"
    events = icalendar.Calendar.from_ical(answer.text).walk("VEVENT")
    assert [thing.title in str(event["SUMMARY"]) and thing.uri in str(event["UID"]) for event in events] == [True], (
        answer.text
    )


def web_finger(node: InhabitedNode, thing: Thing) -> None:
    handle = document(node, thing.path)["preferredUsername"]
    host = urlsplit(node.origin).netloc
    for resource in (f"acct:{handle}@{host}", thing.uri):
        found = _web_finger(node, resource).json()
        assert {"rel": "self", "type": ACTIVITY, "href": thing.uri} in found["links"], f"{resource}: {found}"


def _web_finger(node: InhabitedNode, resource: str) -> Answer:
    return node.visit(f"/.well-known/webfinger?resource={quote(resource, safe='')}", accept="*/*")


def collections(node: InhabitedNode, thing: Thing) -> None:
    actor = document(node, thing.path)
    for name in ("outbox", "followers", "following"):
        found = document(node, actor[name].removeprefix(node.origin))
        assert found["type"] == "OrderedCollection" and found["id"] == actor[name], f"{name}: {found}"
    assert actor["inbox"] and actor["publicKey"]["owner"] == thing.uri, actor


def signs_up_elsewhere(browser: Browser, page: str) -> None:
    """The page leads to the other website, and nobody can take a place here all the same."""
    text = browser.get(page).text
    assert SIGN_UP_AT in text and "Take a place" not in text and "Ask for a place" not in text
    answer = browser.post(f"{page}/attendance", {"name": "Guest"}, page)
    assert "sign up for this gathering on another website" in answer.text, answer.text[:2000]


def gone(node: InhabitedNode, thing: Thing) -> None:
    """People are told that it is gone, wherever they look for it."""
    expected = 410 if thing.kind.ends_in_tombstone else 404
    suffixes = ("", ".ics") if thing.kind.has_calendar else ("",)
    for path in [thing.pages[node.name] + suffix for suffix in suffixes]:
        answer = node.visit(path, accept=BROWSERS_WANT)
        assert answer.status == expected, f"{path} on {node.name}: expected {expected}, got {answer.status}"
        assert thing.title not in answer.text or expected == 410, f"{path} on {node.name} still tells it"


def tombstone(node: InhabitedNode, thing: Thing) -> None:
    found = document(node, thing.path, status=410)
    wanted: dict[str, object] = {
        "id": thing.uri,
        "type": "Tombstone",
        "formerType": thing.kind.type,
        "version": thing.version,
    }
    _assert_says(found, wanted)
    assert found["deleted"], found
    assert "name" not in found and "content" not in found, found
    if thing.kind.type == "Group":
        assert _web_finger(node, thing.uri).status == 404, "a closed group can still be found"


def hidden(node: InhabitedNode, thing: Thing) -> None:
    """What signatures need stays; what the person said does not."""
    found = document(node, thing.path)
    assert found["id"] == thing.uri and found["version"] == thing.version, found
    assert not {"name", "summary", "area", "tag", "source"} & found.keys(), found
