"""The captured documents of other programs, what each should be to us, and how they are made ours to send.

The files lie beside the repository (`tests.federation.shared`); the table beside this module was written from them. A
capture names servers that are not here to sign for it: `rehosted` moves it to servers of the test, so that what stood
on one server still does, and what stood on two still stands on two.
"""

from __future__ import annotations

import csv
import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.federation.shared import DATA

Json = dict[str, Any]
TABLE = Path(__file__).with_name("expected.csv")
FOLDER = DATA / "activitypub"
BOM = b"\xef\xbb\xbf"
HOSTILE = "_hostile"
TOLD = ("Event", "Note", "Article", "Page", "Group", "Place")  # what a visitor of ours would miss

# Names under which a document says where things and people are; all other addresses are words or vocabulary.
ADDRESSES = frozenset({"@id", "actor", "attributedTo", "id", "inbox", "object", "outbox", "owner", "target"})
VOCABULARIES = frozenset({"w3id.org", "www.w3.org"})
_numbers = itertools.count(1)
_WEB = re.compile(r"https?://([^/?#\s\"'<>]+)", re.IGNORECASE)
_CODE = re.compile(r"`\+.*\+`")  # GoToSocial's tests put some ids in later
_BLANK = re.compile(r"\{\{\w+\}\}")


@dataclass(frozen=True)
class Expectation:
    """One line of the table. `outer` is the activity around the thing, "" for a bare one."""

    path: str
    outer: str
    type: str
    expected: str
    why: str

    @property
    def program(self) -> str:
        return self.path.split("/")[0]

    @property
    def types(self) -> tuple[str, ...]:
        """What the thing itself is: the last type named, without the activities around it."""
        return tuple(self.type.rsplit("/", 1)[-1].split("+"))

    @property
    def raw(self) -> bytes:
        return (FOLDER / self.path).read_bytes()

    @property
    def document(self) -> Any:
        """The JSON, or None where there is none to speak of."""
        try:
            return json.loads(self.raw.removeprefix(BOM))
        except ValueError:
            return None

    @property
    def is_captured(self) -> bool:
        """Whether a program really said it, to a server or in its own tests, and nobody wrote it as an example."""
        return _origins().get(f"activitypub/{self.path}", "") in {"captured", "program-output"}


@cache
def expectations() -> tuple[Expectation, ...]:
    with TABLE.open(newline="") as table:
        return tuple(Expectation(*row) for row in list(csv.reader(table))[1:])


@cache
def _origins() -> dict[str, str]:
    """The first word of the manifest's note: captured, program-output or authored."""
    with (DATA / "MANIFEST.csv").open(newline="") as manifest:
        return {
            row["path"]: row["note"].lstrip("[").replace("]", " ").split(" ")[0] for row in csv.DictReader(manifest)
        }


def filled(value: Any, host: str = "") -> Any:
    """The document with what its keepers blanked out: names in templates, ids put in later, ids and dates scrubbed.

    Each scrubbed id becomes one of its own on the server of whoever says it; an actor's is where its inbox is.
    """
    if isinstance(value, list):
        return [filled(each, host) for each in value]
    if isinstance(value, dict):
        host = next((found for name in ("actor", "attributedTo") if (found := host_of(value.get(name)))), host)
        found = {name: filled(each, host) for name, each in value.items()}
        inbox = str(found.get("inbox", ""))
        if inbox and value.get("id") == "SCRUBBED_ID":
            found["id"] = inbox.removesuffix("/inbox")
        return found
    if value == "SCRUBBED_ID" or (isinstance(value, str) and _CODE.fullmatch(value)):
        return f"https://{host}/scrubbed/{next(_numbers)}"
    if value == "SCRUBBED_DATE":
        return "2026-11-20T09:00:00+00:00"
    return _BLANK.sub("somebody", value) if isinstance(value, str) else value


def rehosted(value: Any, hosts: dict[str, str]) -> Any:
    """The document with every server of `hosts` replaced by its origin there, in contexts and in words as well."""
    if isinstance(value, list):
        return [rehosted(each, hosts) for each in value]
    if isinstance(value, dict):
        return {name: rehosted(each, hosts) for name, each in value.items()}
    if not isinstance(value, str):
        return value
    return _WEB.sub(lambda found: hosts.get(found[1].lower(), found[0]), value)


def hosts_of(value: Any, name: str = "") -> Iterator[str]:
    """The servers that things and people of a document stand on."""
    if isinstance(value, list):
        for each in value:
            yield from hosts_of(each, name)
    elif isinstance(value, dict):
        for inner, each in value.items():
            if inner != "@context":
                yield from hosts_of(each, inner)
    elif name in ADDRESSES and (host := host_of(value)) and host not in VOCABULARIES:
        yield host


def host_of(value: Any) -> str:
    """The server of an address, http and https alike: some captures had their hosts edited and lost the s."""
    address = address_of(value)
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return parts.netloc.lower() if parts.scheme in {"http", "https"} else ""


def address_of(value: Any) -> str:
    """An address given as such, as an object with an id, or first in a list; "" for anything else."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("id") or value.get("@id")
    return value if isinstance(value, str) else ""


def things_in(document: Any) -> Iterator[Json]:
    """Everything in an activity that has an id and a type, the innermost first: activity, object, its object."""
    if isinstance(document, dict):
        yield from things_in(document.get("object"))
        if isinstance(document.get("id"), str) and "type" in document:
            yield document
