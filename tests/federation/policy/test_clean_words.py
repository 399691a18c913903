"""Hostile words do nothing: neither those of others on our pages, nor those of ours on the pages of others."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from cop.actions.conversations import publish_post
from cop.actions.expertise import publish_expertise
from cop.actions.groups import found_group
from cop.actions.people import change_page, person_of
from cop.actions.places import publish_place
from cop.actions.proposals import publish_proposal
from cop.models import Group, Post, Proposal
from federation import types
from frontend.text import SCHEMES, TAGS
from tests.federation.shared import DATA, needs_shared_data
from tests.know_how import Writers

ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="java\tscript:alert(1)">x</a>',
    "<svg/onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    '"><script>alert(1)</script>',
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    '[x](javascript:alert(1)) ![y](data:text/html,z) <https://x.example/" onclick=alert(1)>',
    "<form action=/accounts/logout/><button>x</button></form>",
    "<style>*{display:none}</style><link rel=stylesheet href=//evil.example><base href=//evil.example>",
    "{{ request.user }}{% load static %}",
)
FILES = sorted((DATA / "security/xss").rglob("*.*")) if DATA.is_dir() else []
PIECE = 4_000  # characters: longer words are cut
MOST_PIECES = 12  # of one file


class Live(HTMLParser):
    """Everything of a page that could act: what a browser would run, load or send."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "script" and "src" not in given and given.get("type") != "application/json":
            self.found.append(f"<{tag}>")
        if tag in {"iframe", "object", "embed", "base", "math", "style", "applet", "frame"}:
            self.found.append(f"<{tag}>")
        self.found += [
            f"{tag} {name}" for name in given if name.startswith("on") or name == "srcdoc" or name == "style"
        ]
        for name in ("href", "src", "action", "formaction", "data", "poster"):
            address = re.sub(r"[\x00-\x20]", "", given.get(name, "")).lower()
            scheme, colon, _ = address.partition(":")
            usual = "/" in scheme or "?" in scheme or "#" in scheme or scheme in {*SCHEMES, "data"}
            if colon and (not usual or (scheme == "data" and (tag, name) != ("img", "src"))):
                self.found.append(f"{tag} {name}={address[:60]}")
            if address.startswith("//") or ("evil.example" in address and tag != "a"):
                self.found.append(f"{tag} {name}={address[:60]}")


class Written(HTMLParser):
    """The tags and addresses of a piece of HTML that we send."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.schemes: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.schemes |= {str(value).partition(":")[0].lower() for name, value in attrs if name == "href"}


def shown(uri: str) -> list[str]:
    answer = Client().get(urlsplit(uri).path, headers={"Accept": "text/html"})
    assert answer.status_code == 200, (uri, answer.status_code)
    return Live(answer.content.decode()).found


def pieces(path: Any) -> list[str]:
    text = path.read_text(errors="replace").replace("\0", "")
    cut = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
    return cut[:: max(1, len(cut) // MOST_PIECES)][:MOST_PIECES]


def told(peer, outcomes, words: list[str]) -> list[str]:
    """A neighbour's person and group say such words wherever words can stand; the pages here that show them."""
    dana, group = peer.somebody("people/dana", name=words[0][:100]), f"{peer.origin}/groups/1"
    speaker = peer.somebody("groups/1", "Group", name="Menders")
    said = " ".join(words)
    document = peer.web.pages[group] | {"name": words[0][:150] or "x", "summary": said}
    peer.does(speaker, "Update", document)
    for number, each in enumerate(words):
        content = {"content": each, "name": each[:150] or "x", "summary": each}
        peer.does(dana, "Create", peer.note(dana, f"needs/{number}", **content))
        about = f"{peer.origin}/needs/{number}"
        answer = {"id": f"{peer.origin}/notes/{number}", "type": "Note", "attributedTo": dana.uri, "content": each}
        more = {"inReplyTo": about, "to": ["https://www.w3.org/ns/activitystreams#Public"], "tag": []}
        peer.does(dana, "Create", answer | more)
    assert not [each for each in outcomes() if "Error" in each]
    rows = [*Proposal.objects.all(), *Group.objects.filter(node__isnull=False), *Post.objects.all()]
    assert len(rows) >= len(words)
    return [row.get_absolute_url() for row in rows]


def test_what_a_neighbour_says_does_nothing_on_our_pages(peer, outcomes):
    for path in (*told(peer, outcomes, list(ATTACKS)), "/atlas/", "/needs/", "/groups/"):
        assert shown(path) == [], path


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
@needs_shared_data
def test_published_attacks_do_nothing_on_our_pages(peer, outcomes, path):
    for page in told(peer, outcomes, pieces(path)):
        assert shown(page) == [], page


def test_a_page_that_runs_something_would_be_noticed():
    """Else the tests above would prove nothing."""
    for attack in ATTACKS[:8]:
        assert Live(attack).found, attack


def test_what_people_here_write_does_nothing_elsewhere(db):
    """Of every kind: all HTML that is sent holds only what may pass, in every language it is sent in."""
    camden, said = Writers(), "\n\n".join(ATTACKS)
    group = found_group(camden.alice, name="Menders", summary=said, language="en", joining="request").actor
    words = {"language": "en", "summary": said}
    need = publish_proposal(camden.alice, group, Proposal.Direction.NEED, title=ATTACKS[0], **words)
    publish_proposal(camden.alice, group, Proposal.Direction.OFFER, title=ATTACKS[0], **words)
    publish_place(camden.alice, group, name=ATTACKS[0], area="Camden", summary=said)
    publish_expertise(camden.alice, group, title=ATTACKS[0], **words)
    camden.gathering(title=ATTACKS[0], summary=said)
    camden.call(title=ATTACKS[0], plain_summary=said, who_can_apply=said)
    camden.page(title=ATTACKS[0], short_answer=said[:500], body=said)
    change_page(person_of(camden.bob), {"name": ATTACKS[1], "summary": said, "is_public": True, "shown": ["summary"]})
    publish_post(camden.bob, need.uri, said)
    sent = 0
    for type_ in types.all_types():
        for row in type_.model.objects.filter(node__isnull=True).select_related("actor"):
            for html in _html_of(type_.document(row)):
                found, sent = Written(html), sent + 1
                assert found.tags <= TAGS, (type_.kinds, found.tags - TAGS)
                assert found.schemes <= SCHEMES, (type_.kinds, found.schemes - SCHEMES)
                assert not {name for name in found.attributes if name.startswith("on") or name == "style"}
    assert sent > 15, "the search for what is sent finds too little to be trusted"


def _html_of(document: dict[str, Any]) -> list[str]:
    """What others show as HTML: `content` and `summary`, and those in several languages."""
    found = [document.get(name) for name in ("content", "summary")]
    for name in ("contentMap", "summaryMap"):
        found += list(document.get(name, {}).values())
    return [each for each in found if isinstance(each, str)]
