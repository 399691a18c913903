"""Documents changed into what is nearly valid: by a seed, so that each can be made again.

Random junk is refused by the first check and finds nothing. Here an address becomes another address, a moment an
impossible one, a text one with marks that turn it around, one value a list of many.
"""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
AS = "https://www.w3.org/ns/activitystreams"

MOMENTS = (
    "0000-0-0T0:0", "2026-13-45T25:61:61Z", "2026-02-30T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z",
    "2026-11-20T09:00:00+99:99", "2026-11-20T09:00:00-23:59", "2026-11-20", "2026-11-20T09:00:00", "P1D", "",
    "2026-11-20T24:00:00Z", "2026-11-20T23:59:60Z", "2026-11-20T09:00:00." + "9" * 40 + "Z", "２０２６-11-20T09:00:00Z",
    "-2026-11-20T09:00:00Z", "+12026-11-20T09:00:00Z", "2026-W47-5T09:00Z", "1e9", "Fri, 20 Nov 2026 09:00:00 GMT",
    "1900-01-01T00:00:00+14:00", "2200-12-31T23:59:59-12:00",
)  # fmt: skip
NUMBERS = (
    -1, 0, 1, 2**31 - 1, 2**31, 2**53 - 1, 2**53, -(2**53), 10**400, 1e308, -1e308, 1e-320, 0.1, 90.0001, -180.5, True,
    False, "10", "1e3", "NaN", "1,5", "٣", "0x1f", "-0", "9" * 60, None,
)  # fmt: skip
TEXTS = (
    "", " ", "\0", "a\0b", "\ud800", "x\udfff", "\u202eevil\u202c", "\u2066\u2069", "\u200b\u200d\ufeff", "é" * 5_000,
    "e" + "\u0301" * 2_000, "👩‍👩‍👧‍👦" * 50, "\u2028\u2029", "\x1b[31m", "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>", "<a href='/desk/people'>x</a>", "&#x202e;&#0;&#55296;", "<p>" * 3_000,
    "{{ x }}{% load x %}", "'; DROP TABLE federation_actor; --", "../../etc/passwd", "%00%0d%0aSet-Cookie: a=b", "null",
    "[x](javascript:alert(1))", "x" * 100_000, "https://hackney.example/ " * 500, "\r\n\r\n", "#" * 300, "@" * 300,
)  # fmt: skip
LANGUAGES = ("", "xx", "it_IT", "en-GB-oed", "x-klingon", "EN", "a" * 80, "zh-Hant-HK-x-private", "é", "1", "und", "-")
TYPES = (
    "Note", "Article", "Event", "Place", "Group", "Person", "Organization", "Service", "Application", "Tombstone",
    "Page",
    "Question", "Create", "Update", "Delete", "Announce", "Undo", "Follow", "Accept", "Reject", "Like", "Join", "Leave",
    "Add", "Remove", "Block", "Flag", "Move", "Offer", "Invite", "Collection", "OrderedCollectionPage", "Link",
    "Object",
    "as:Note", f"{AS}#Note", "Proposal", "Spaceship", "", "note", "EmojiReact", "View", "TentativeAccept",
)  # fmt: skip
NAMES = (
    "id", "type", "actor", "object", "attributedTo", "to", "cc", "audience", "inReplyTo", "context", "content",
    "contentMap",
    "name", "nameMap", "summary", "summaryMap", "published", "updated", "deleted", "version", "url", "attachment",
    "tag",
    "location", "startTime", "endTime", "additionalType", "publishes", "inbox", "publicKey", "endpoints", "icon",
    "image",
    "source", "mediaType", "inLanguage", "memberOf", "identifier", "@context", "@id", "@type", "proof", "signature",
    "formerType", "target", "result", "origin", "instrument", "items", "orderedItems", "__proto__", "likes", "replies",
    "maximumAttendeeCapacity", "timezone", "joinMode", "eventStatus", "purpose", "topics", "support", "indexable",
)  # fmt: skip
CONTEXTS = (
    AS, [AS], [[AS]], [AS, {"id": "@id"}], [AS, {"content": "@id"}], [AS, {"@vocab": "https://x.example/"}], {}, [],
    None, 3,
    [AS, "https://hackney.example/context"], "file:///etc/passwd", [AS, "https://evil.example/context"], "http://[::1",
    [AS, {"as": f"{AS}#"}], [AS, *([{}] * 30)], {"@import": "https://127.0.0.1/"}, [AS, {"type": "as:name"}],
    [AS, {"note": {"@id": "as:Note", "@context": {"x": {"@context": {"y": {"@context": {}}}}}}}],
)  # fmt: skip
ELSEWHERE = (
    "https://127.0.0.1/x", "https://[::1]/x", "https://[::ffff:127.0.0.1]/x",
    "https://169.254.169.254/latest/meta-data/",
    "https://10.0.0.1/", "https://100.64.0.1/", "https://0.0.0.0/", "https://2130706433/", "https://0x7f.1/",
    "https://127.1/",
    "https://localhost/x", "https://x.localhost/x", "https://inner.example/x", "https://rebinding.example/x",
    "https://[64:ff9b::7f00:1]/", "https://[fe80::1%25eth0]/", "http://169.254.169.254/", "http://hackney.example/x",
    "https://hackney.example:22/x", "https://hackney.example:99999/", "https://user:pw@hackney.example/x",
    "https://hackney.example@127.0.0.1/", "https://hackney.example\\@127.0.0.1/",
    "https://hackney.example/" + "x" * 3_000,
    "https://hackney.example/é", "https://hack_ney.example/x", "https://HACKNEY.example/x",
    "https://hackney.example./x",
    "https://hackney.example", "//hackney.example/x", "/needs/1", "x", "", "https://", "https:///x", "urn:uuid:1",
    "did:key:z6",
    "acct:dana@hackney.example", "data:text/html,<script>alert(1)</script>", "javascript:alert(1)",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL", "mailto:x@hackney.example", "as:Public", f"{AS}#Public", "Public",
    "https://1.1.1.1/x", "https://third.example/x", "https://third.example/x#y", "https://xn--nxasmq6b.example/",
    "https://hackney.example/a b", "https://hackney.example/%00", "https://hackney.example/%2e%2e/needs/1",
    "https://hackney.example/?q=<script>", " https://hackney.example/x", "https://hackney.example/x\n",
)  # fmt: skip

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:\S+", re.IGNORECASE)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT")
Place = tuple[Any, Any, str]
"""What holds a value, under which name or number, and the last name on the way there."""


@dataclass
class Mutator:
    """`known` are addresses that mean something here: of ours, of a victim on another node, of the sender's own."""

    chance: random.Random
    known: tuple[str, ...]

    def changed(self, document: Json) -> Json:
        """A copy with one to five things changed, most of them in what the activity is about."""
        changed = copy.deepcopy(document)
        for _ in range(self.chance.choice((1, 1, 1, 2, 2, 3, 5))):
            self._change(changed)
        return changed

    def garbled(self, body: bytes) -> bytes:
        """The bytes of a document, changed as bytes: what a parser and a signature must both stand."""
        at = self.chance.randrange(1, len(body))
        return self.chance.choice(
            (
                b"\xef\xbb\xbf" + body,
                body[:at],
                body[:at] + b"\x00" + body[at:],
                body[:at] + b"\xff\xfe" + body[at:],
                body.replace(b'"type"', b'"type": "Note", "type"', 1),
                b"[" + body + b"]",
                body + b" " * 50_000,
                body[:-1] + b',"x":' + b"[" * 25 + b"]" * 25 + b"}",
                body[:-1] + b',"x":' + b'{"a":' * 2_000 + b"1" + b"}" * 2_000 + b"}",
                body[:-1] + b',"x":1e999}',
                body.decode().encode("utf-16"),
            )
        )

    def _change(self, document: Json) -> None:
        inner = document.get("object")
        root = inner if isinstance(inner, dict) and inner and self.chance.random() < 0.8 else document
        places = list(_places(root))
        if not places:
            return
        holder, name, field = self.chance.choice(places)
        verb: Callable[[Any, Any, str], None] = self.chance.choice(
            (
                self._replace,
                self._replace,
                self._replace,
                self._replace,
                self._wrap,
                self._remove,
                self._add,
                self._move,
            )
        )
        verb(holder, name, field)

    def _replace(self, holder: Any, name: Any, field: str) -> None:
        holder[name] = self._near(holder[name], field)

    def _near(self, value: Any, field: str) -> Any:
        """Something that is nearly what stood there."""
        if self.chance.random() < 0.15:
            return self._anything()
        if field in {"type", "@type", "formerType"}:
            return self.chance.choice((self._of(TYPES), [self._of(TYPES), value], [value] * 6, {"id": value}, None))
        if field == "@context":
            return self._of(CONTEXTS)
        if field.endswith("Map") and isinstance(value, dict):
            return self._map(value)
        if field in {"inLanguage", "language", "@language"}:
            return self._of(LANGUAGES)
        if isinstance(value, bool | int | float) or field == "version":
            return self._of(NUMBERS)
        if isinstance(value, str) and _MOMENT.match(value):
            return self._of(MOMENTS)
        if isinstance(value, str) and _ADDRESS.fullmatch(value):
            return self._address()
        if isinstance(value, str):
            return self.chance.choice((self._of(TEXTS), value + self._of(TEXTS), value * 3, [value], {"@value": value}))
        return self._anything()

    def _wrap(self, holder: Any, name: Any, _field: str) -> None:
        value = holder[name]
        depth = self.chance.choice((1, 5, 16, 25))
        holder[name] = self.chance.choice(
            (
                lambda: _nested(value, depth),
                lambda: [value] * self.chance.choice((2, 50, 199, 201)),
                lambda: {"type": self._of(TYPES), "id": self._address(), "object": value},
                lambda: {"@value": value},
                lambda: {"@id": value},
                lambda: {"type": "Link", "href": value},
                lambda: {"@set": [value]},
                lambda: [None, value, 3, {}],
            )
        )()

    def _remove(self, holder: Any, name: Any, _field: str) -> None:
        del holder[name]

    def _add(self, holder: Any, _name: Any, _field: str) -> None:
        if isinstance(holder, dict):
            added = self._of(NAMES)
            holder[added] = self._near(holder.get(added, self._anything()), added)
        else:
            holder.append(self._anything())

    def _move(self, holder: Any, name: Any, _field: str) -> None:
        """The value under another name, or a name in another writing."""
        if isinstance(holder, dict):
            holder[self.chance.choice((self._of(NAMES), f"as:{name}", str(name).upper(), f"{AS}#{name}"))] = holder.pop(
                name
            )
        else:
            self.chance.shuffle(holder)

    def _map(self, value: Json) -> Any:
        words = next(iter(value.values()), "x")
        return self.chance.choice(
            (
                {self._of(LANGUAGES): words},
                {f"x{number}": words for number in range(40)},
                value | {"en": self._anything()},
                [value],
                words,
            )
        )

    def _address(self) -> Any:
        return self._of(self.known) if self.chance.random() < 0.5 else self._of(ELSEWHERE)

    def _anything(self) -> Any:
        lists: tuple[tuple[Any, ...], ...] = (
            MOMENTS,
            NUMBERS,
            TEXTS,
            LANGUAGES,
            TYPES,
            CONTEXTS,
            ELSEWHERE,
            self.known,
        )
        if self.chance.random() < 0.25:
            return self.chance.choice(([], {}, [[]], [None], {"": ""}, {"id": self._address()}, [self._address()] * 7))
        return self._of(self._of(lists))

    def _of(self, listed: tuple[Any, ...]) -> Any:
        return copy.deepcopy(self.chance.choice(listed))  # what is changed later is not the list itself


def _nested(value: Any, depth: int) -> Any:
    for _ in range(depth):
        value = [value]
    return value


def _places(value: Any, field: str = "") -> Iterator[Place]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield value, name, name
            yield from _places(each, name)
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield value, number, field
            yield from _places(each, field)


def encoded(document: Json) -> bytes:
    """As JSON, with whatever Python can write: half characters as escapes, numbers without end."""
    return json.dumps(document).encode()
