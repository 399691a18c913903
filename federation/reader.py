"""The trust boundary: a document of theirs, read one bounded, cleaned property at a time.

`FederatedType.from_object` gets a Reader and nothing else. Every getter says the greatest size it gives,
cleans what it gives, and raises BadField naming the property, what stood there and what is accepted. Whatever
the document holds, nothing else is raised. Fetching is never done here: an embedded object is only what the
sender says of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from federation import values
from federation.attached import Attachment, Tags, read_attachments, read_tags
from federation.audiences import PUBLIC, PUBLIC_SPELLINGS
from federation.foreign_html import read_html
from federation.identity import LONGEST_URI
from federation.languages import language_of, read_map
from federation.places import Address, ReadPlace, read_location, read_place
from federation.values import LARGEST_INTEGER, WEB, BadField, only

__all__ = ["Address", "Attachment", "BadField", "Natural", "ReadPlace", "Reader", "Tags"]

SCHEMES = (*WEB, "urn", "did", "acct", "tag")
LONGEST_HTML = 100_000
MOST_ITEMS = 200


@dataclass(frozen=True)
class Natural:
    """Words in one language and, where the sender gave them, in others; `language` is "" when not said."""

    text: str
    language: str
    by_language: Mapping[str, str]


class Reader:
    """One object of a document. `path` says where in the document it stands, for errors."""

    def __init__(self, data: Mapping[str, Any], path: str = "") -> None:
        self.data = data
        self.path = path

    def __contains__(self, name: str) -> bool:
        return self.data.get(name) not in (None, "", [], {})

    def _field(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def _required(self, name: str, accepted: str) -> BadField:
        return BadField(self._field(name), self.data.get(name), accepted)

    # What it is

    @property
    def id(self) -> str:
        return self.uri("id")

    @property
    def types(self) -> tuple[str, ...]:
        """All its types, shortened to their last word, at most five."""
        return tuple(_last_word(each) for each in _strings(self.data.get("type"))[:5])

    @property
    def type(self) -> str:
        return next(iter(self.types), "")

    @property
    def additional_types(self) -> tuple[str, ...]:
        """The schema.org or ValueFlows kinds, as full IRIs."""
        return tuple(each for each in _strings(self.data.get("additionalType"))[:5] if len(each) <= 200)

    # Words

    def text(self, name: str, maximum: int = 500, *, required: bool = False, lines: bool = False) -> str:
        """Plain text without control characters, cut at `maximum`; one line unless `lines`."""
        found = values.read_text(self._field(name), self.data.get(name), maximum, lines=lines)
        if required and not found:
            raise self._required(name, "text")
        return found

    def strings(self, name: str, limit: int = 20, maximum: int = 100) -> list[str]:
        """Short texts, one or several; empty ones and those after `limit` are left out."""
        listed = values.as_list(self.data.get(name))
        found = (values.read_text(self._field(name), each, maximum) for each in listed[:limit])
        return [each for each in found if each]

    def html(self, name: str, maximum: int = LONGEST_HTML, *, required: bool = False) -> str:
        """Clean HTML; `content` may also be plain text or Markdown, by `mediaType`. The source is cut."""
        kind = str(self.data.get("mediaType", "")).partition(";")[0].strip().lower()
        found = self._html(self._field(name), self.data.get(name), maximum, kind if name == "content" else "")
        if required and not found:
            raise self._required(name, "HTML")
        return found

    def _html(self, field: str, value: Any, maximum: int, media_type: str = "") -> str:
        return read_html(values.read_text(field, value, maximum, lines=True), media_type)

    def natural(self, name: str, maximum: int = 500, *, html: bool = False, required: bool = False) -> Natural:
        """A property and its `…Map` of languages, as text or as clean HTML."""
        by_language = {}
        field = self._field(f"{name}Map")
        for tag, value in read_map(field, self.data.get(f"{name}Map")).items():
            read = self._html if html else values.read_text
            if words := read(f"{field}.{tag}", value, maximum):
                by_language[tag] = words
        language = self.language()
        words = self.html(name, maximum) if html else self.text(name, maximum)
        if not words and by_language:
            language = language if language in by_language else next(iter(by_language))
            words = by_language[language]
        if required and not words:
            raise self._required(name, "text")
        return Natural(words, language, by_language)

    def language(self) -> str:
        """The language of the content as a BCP 47 tag, or "" when nothing says."""
        return language_of(self.data)

    # Addresses

    def uri(self, name: str, *, required: bool = False, schemes: Collection[str] = SCHEMES) -> str:
        """The address of another thing, given as text, as an object with an id, or first in a list."""
        found = self.uris(name, limit=None, schemes=schemes)
        if required and not found:
            raise self._required(name, "an address")
        return found[0] if found else ""

    def uris(self, name: str, limit: int | None = MOST_ITEMS, *, schemes: Collection[str] = SCHEMES) -> list[str]:
        """Addresses, each once; an object counts by its id. Refused above `limit`; None reads the first."""
        listed = values.as_list(self.data.get(name))
        if limit is None:
            listed = listed[:1]
        elif len(listed) > limit:
            raise BadField(self._field(name), listed, f"at most {limit} addresses")
        found: dict[str, None] = {}
        for each in listed:
            address = (each.get("id") or each.get("href")) if isinstance(each, dict) else each
            if address is None or address == "":
                continue
            found[self._address(name, address, schemes)] = None
        return list(found)

    def addresses_among(self, name: str, most: int) -> list[str]:
        """The web addresses in a list that may hold anything: each once, of the length we keep, at most `most`.

        For a property that is good to know and no reason to refuse the rest: what is no address is passed over.
        """
        found: dict[str, None] = {}
        for each in values.as_list(self.data.get(name))[:MOST_ITEMS]:
            said = each.get("id") if isinstance(each, dict) else each
            try:
                address = values.read_address(self._field(name), said, WEB)
            except BadField:
                continue
            if len(address) <= LONGEST_URI:
                found[address] = None
        return list(found)[:most]

    def _address(self, name: str, value: Any, schemes: Collection[str]) -> str:
        if isinstance(value, str) and value in PUBLIC_SPELLINGS:
            return PUBLIC
        return values.read_address(self._field(name), value, schemes)

    def url(self, name: str = "url", *, maximum: int = 500, required: bool = False) -> str:
        """A web address to open: of several Links the HTML page, else the first that is one. Longer ones than
        `maximum` characters are passed over: half an address leads nowhere."""
        links = values.as_list(self.data.get(name))[:50]
        pages = [each for each in links if isinstance(each, dict) and each.get("mediaType") == "text/html"]
        error: BadField | None = None
        for each in [*pages, *links]:
            address = (each.get("href") or each.get("url") or each.get("id")) if isinstance(each, dict) else each
            if address is None or address == "":
                continue
            try:
                found = values.read_address(self._field(name), address, WEB)
                if len(found) <= maximum:
                    return found
            except BadField as bad:
                error = error or bad
        if error or required:
            raise error or self._required(name, "a web address")
        return ""

    # Moments and numbers

    def instant(self, name: str, *, required: bool = False) -> datetime | None:
        """A moment in UTC. Years 1900 to 2200."""
        found = values.read_instant(self._field(name), self.data.get(name))
        if required and found is None:
            raise self._required(name, "an ISO 8601 instant with a UTC offset")
        return found

    def day(self, name: str) -> date | None:
        """A day; of a moment, the day it is on."""
        return values.read_day(self._field(name), self.data.get(name))

    def integer(self, name: str, low: int = 0, high: int = LARGEST_INTEGER) -> int | None:
        return values.read_integer(self._field(name), self.data.get(name), low, high)

    def decimal(
        self, name: str, low: Decimal | float = 0, high: Decimal | float = 10**15, *, places: int = 2
    ) -> Decimal | None:
        """An exact number, from a JSON number or from digits in text (`"10"`), rounded to `places`."""
        return values.read_decimal(self._field(name), self.data.get(name), low, high, places)

    def boolean(self, name: str, default: bool = False) -> bool:
        value = only(self.data.get(name))
        if value is None:
            return default
        if isinstance(value, bool):
            return value
        if value in ("true", "false"):
            return bool(value == "true")
        raise BadField(self._field(name), value, "true or false")

    def choice(self, name: str, allowed: Iterable[str], default: str | None = None) -> str:
        """One of a few words, also as the end of an IRI (`https://schema.org/EventScheduled`).

        Absent, it is `default`; without a default it must be there.
        """
        options = sorted(allowed)
        value = only(self.data.get(name))
        if value in (None, "") and default is not None:
            return default
        if isinstance(value, str) and len(value) <= 500:
            for option in options:
                if option in (value, _last_word(value)):
                    return option
        raise BadField(self._field(name), value, f"one of {', '.join(options)}")

    # What belongs to it

    def place(self, name: str = "location") -> ReadPlace:
        """Where it is: a Place, an address, a text or an online location, or several of them."""
        found = read_location(self._field(name), self.data.get(name))
        if found.has_point or found.address.text or name != "location" or "address" not in self:
            return found
        # FEP-8a8e's earlier drafts and Gancio's put the address beside the location.
        beside = read_place(self.path, {"address": self.data.get("address")})
        return ReadPlace(**{**found.__dict__, "address": beside.address})

    def as_place(self) -> ReadPlace:
        """This object itself, when it is a Place."""
        return read_place(self.path, dict(self.data))

    def tags(self, name: str = "tag") -> Tags:
        return read_tags(self._field(name), self.data.get(name))

    def attachments(self, name: str = "attachment") -> list[Attachment]:
        return read_attachments(self._field(name), self.data.get(name))

    def child(self, name: str) -> Reader | None:
        """An embedded object, or the first of several; None where there is none."""
        return next(iter(self.children(name)), None)

    def children(self, name: str, limit: int = MOST_ITEMS) -> list[Reader]:
        """Embedded objects; whatever else is among them is left out: Pleroma's `source` is a bare text."""
        return [Reader(each, field) for field, each in self._listed(name, limit) if isinstance(each, dict)]

    def items(self, limit: int = MOST_ITEMS) -> list[Reader | str]:
        """The members of a collection or page, in order: objects, or their addresses."""
        return self._members("orderedItems" if "orderedItems" in self else "items", limit)

    def _members(self, name: str, limit: int) -> list[Reader | str]:
        found: list[Reader | str] = []
        for field, each in self._listed(name, limit):
            if isinstance(each, dict):
                found.append(Reader(each, field))
            elif each is not None and each != "":
                found.append(values.read_address(field, each, SCHEMES))
        return found

    def _listed(self, name: str, limit: int) -> list[tuple[str, Any]]:
        """What stands under a name, one or several, each with where in the document it stands."""
        value, field = self.data.get(name), self._field(name)
        if not isinstance(value, list):
            return [(field, value)]
        if len(value) > limit:
            raise BadField(field, value, f"at most {limit} members")
        return [(f"{field}[{index}]", each) for index, each in enumerate(value)]


def _strings(value: Any) -> list[str]:
    return [each for each in values.as_list(value) if isinstance(each, str)]


def _last_word(name: str) -> str:
    """`https://schema.org/Place`, `as:Place` and `Place` are one name."""
    return name.replace("#", "/").replace(":", "/").rpartition("/")[2][:100]
