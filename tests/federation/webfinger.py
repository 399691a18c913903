"""What RFC 7033 asks of a server in its section 4, as eighteen checks against our own: each with its section, in words.

A check gets a function that asks our node, and somebody who can be found there; it asserts, and returns nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.test import Client, override_settings

PATH = "/.well-known/webfinger"
SELF, PROFILE = "self", "http://webfinger.net/rel/profile-page"


@dataclass(frozen=True)
class Check:
    section: str
    says: str
    holds: Callable[[str], None]
    """Asserts it of somebody here, by their handle."""


CHECKS: list[Check] = []


def check(section: str, says: str) -> Callable[[Callable[[str], None]], Callable[[str], None]]:
    def add(holds: Callable[[str], None]) -> Callable[[str], None]:
        CHECKS.append(Check(section, says, holds))
        return holds

    return add


def ask(query: str, **headers: str) -> Any:
    return Client().get(f"{PATH}?{query}", headers=headers)


def acct(handle: str) -> str:
    return f"acct:{handle}@{urlsplit(settings.ORIGIN).netloc}"


def descriptor(query: str) -> dict[str, Any]:
    answer = ask(query)
    assert answer.status_code == 200, (query, answer.status_code, answer.content[:200])
    found: dict[str, Any] = json.loads(answer.content)
    return found


@check("4", "the resource is served at the well-known path, and answers GET")
def _path(handle: str) -> None:
    assert descriptor(f"resource={acct(handle)}")["subject"] == acct(handle)
    assert Client().get(f"/webfinger?resource={acct(handle)}").status_code == 404


@check("4", "any link relation may be asked for, by a URI or a registered name")
def _rels(handle: str) -> None:
    for rel in (SELF, PROFILE, "avatar", "http://openid.net/specs/connect/1.0/issuer", "copyright", "x y"):
        descriptor(f"resource={acct(handle)}&rel={quote(rel, safe='')}")


@check("4", "it is served by https only, where the node has https")
@override_settings(ORIGIN="https://camden.example")
def _https_only(handle: str) -> None:
    answer = ask(f"resource=acct:{handle}@camden.example")
    assert answer.status_code in {301, 302, 307, 308, 400, 403, 404}, "asked in the open, it gives no descriptor"
    secured = Client().get(f"{PATH}?resource=acct:{handle}@camden.example", secure=True)
    assert secured.status_code == 200


@check("4.1", "the resource may be percent-encoded, as it must be where it holds reserved characters")
def _encoded(handle: str) -> None:
    assert descriptor(f"resource={quote(acct(handle), safe='')}")["subject"] == acct(handle)


@check("4.1", "the order of the parameters does not matter")
def _order(handle: str) -> None:
    first = descriptor(f"resource={acct(handle)}&rel={SELF}")
    assert first == descriptor(f"rel={SELF}&resource={acct(handle)}")


@check("4.1", "rel may be given several times")
def _several(handle: str) -> None:
    both = descriptor(f"rel={SELF}&resource={acct(handle)}&rel={quote(PROFILE, safe='')}")
    assert {link["rel"] for link in both["links"]} == {SELF, PROFILE}


@check("4.2", "without a resource the request is bad: 400")
def _absent(_handle: str) -> None:
    for query in ("", "resource=", "rel=self", "Resource=acct:x@y.example"):
        assert ask(query).status_code == 400, query


@check("4.2", "with a resource that is no URI, or with two of them, the request is bad: 400")
def _malformed(handle: str) -> None:
    for resource in (
        handle,
        f"@{handle}@x.example",
        "acct:",
        "acct:x",
        "acct:@",
        "acct:x@",
        "a b:c",
        "%00",
        ":x",
        "//x",
        "1:x",
    ):
        assert ask(f"resource={quote(resource, safe='')}").status_code == 400, resource
    assert ask(f"resource={acct(handle)}&resource=acct:x@y.example").status_code == 400


@check("4.2", "of whom nothing is known: 404")
def _unknown(handle: str) -> None:
    elsewhere = ("acct:nobody-here@" + acct(handle).rpartition("@")[2], f"acct:{handle}@elsewhere.example")
    for resource in (*elsewhere, f"{settings.ORIGIN}/groups/nobody", "https://elsewhere.example/people/x"):
        assert ask(f"resource={quote(resource, safe='')}").status_code == 404, resource


@check("4.2", "who asks for no other form gets a JSON resource descriptor")
def _jrd(handle: str) -> None:
    for accept in ("", "*/*", "application/jrd+json", "application/json"):
        answer = ask(f"resource={acct(handle)}", **({"Accept": accept} if accept else {}))
        assert answer.status_code == 200 and isinstance(json.loads(answer.content), dict), accept


@check("4.2", "the descriptor is of type application/jrd+json")
def _type(handle: str) -> None:
    assert ask(f"resource={acct(handle)}")["Content-Type"].partition(";")[0] == "application/jrd+json"


@check("4.2", "a form that is not understood is passed over in silence")
def _other_forms(handle: str) -> None:
    for accept in ("application/xrd+xml", "text/html", "image/png, text/plain;q=0.5", "nonsense"):
        answer = ask(f"resource={acct(handle)}", Accept=accept)
        assert answer.status_code == 200 and answer["Content-Type"].startswith("application/jrd+json"), accept


@check("4.2", "if it redirects, then only to https")
@override_settings(ORIGIN="https://camden.example")
def _redirects(handle: str) -> None:
    answer = ask(f"resource=acct:{handle}@camden.example&rel=self")
    assert 300 <= answer.status_code < 400
    assert answer["Location"] == f"https://camden.example{PATH}?resource=acct:{handle}@camden.example&rel=self"


@check("4.3", "with rel, only those links are given, and all else as without")
def _filtered(handle: str) -> None:
    whole, part = descriptor(f"resource={acct(handle)}"), descriptor(f"resource={acct(handle)}&rel={SELF}")
    assert [link["rel"] for link in part["links"]] == [SELF]
    assert {**whole, "links": part["links"]} == part


@check("4.3", "a rel that nobody has gives no links, and is no error")
def _no_links(handle: str) -> None:
    part = descriptor(f"resource={acct(handle)}&rel=http://x.example/rel")
    assert part.get("links", []) == [] and part["subject"] == acct(handle)


@check("4.4", "subject is a URI, aliases are URIs, properties have text or null, links are a list")
def _members(handle: str) -> None:
    found = descriptor(f"resource={acct(handle)}")
    assert _is_uri(found["subject"]) and all(map(_is_uri, found["aliases"])) and isinstance(found["links"], list)
    assert all(value is None or isinstance(value, str) for value in found.get("properties", {}).values())


@check("4.4.4", "each link has one relation, and where it has them a media type and an address")
def _links(handle: str) -> None:
    for link in descriptor(f"resource={acct(handle)}")["links"]:
        assert isinstance(link["rel"], str) and not re.search(r"\s", link["rel"])
        assert re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", link["type"]) and _is_uri(link["href"])


@check("4.5", "a resource may be a URI of any scheme")
def _schemes(handle: str) -> None:
    address = descriptor(f"resource={acct(handle)}")["aliases"][0]
    assert descriptor(f"resource={quote(address, safe='')}")["subject"] == acct(handle)
    for resource in (
        "mailto:x@y.example",
        "urn:uuid:1",
        "tel:+390255",
        "did:key:z6",
        "https://x.example/",
        "x-y+z.1:2",
    ):
        assert ask(f"resource={quote(resource, safe='')}").status_code == 404, resource


def _is_uri(value: Any) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"[a-z][a-z0-9+.-]*:\S+", value))
