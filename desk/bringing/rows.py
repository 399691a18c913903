"""From one row of a table to one organisation as it will be listed, or to the reason why not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from django.core.exceptions import ValidationError

from cop.models import Listing
from desk.bringing.postcodes import tidy
from federation import identity
from federation.values import WEB, BadField, read_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desk.bringing.mapping import Column, Mapping
    from desk.bringing.postcodes import Gazetteer, Point
    from desk.bringing.report import Report

LONGEST_REGISTER = 60  # characters
WEB_ADDRESS = "expected a web address such as https://example.org"


class BadValue(ValueError):
    """Why a value cannot be taken, and what is accepted."""


class BadRow(ValueError):
    """Why a row cannot be taken: the field, what stands there, what is accepted."""

    def __init__(self, name: str, value: str, why: str) -> None:
        super().__init__(name, value, why)
        self.name, self.value, self.why = name, value, why


@dataclass
class Organisation:
    """What will be listed; `fields` are those of a Listing."""

    line: int
    external_id: str
    register: str
    number: str
    fields: dict[str, Any]
    topics: list[str] = field(default_factory=list)


def read_row(line: int, row: dict[str, str], mapping: Mapping, gazetteer: Gazetteer, report: Report) -> Organisation:
    """Raises BadRow. Values that are left out, as the mapping allows, or cut are told to the report."""
    values = {name: _taken(line, column, row, report) for name, column in mapping.columns.items()}
    external_id = values["external_id"]
    register, _, number = external_id.rpartition("-")
    if not number or len(register) > LONGEST_REGISTER:
        accepted = f"expected a register of at most {LONGEST_REGISTER} characters, a hyphen and a number"
        raise BadRow("external_id", external_id, accepted)
    point = gazetteer.find(values.get("postcode", ""))
    if values.get("postcode") and point is None and gazetteer.tables:
        report.leave_out_value(line, "point", values["postcode"], "no table knows this postcode")
    fields = {
        "name": values["name"],
        "summary": values.get("summary", ""),
        "website": values.get("url", ""),
        "postcode": values.get("postcode", ""),
        "language": mapping.language,
        **_where(point),
        **_whence(mapping, external_id, point),
    }
    _check(fields)
    topics = list(_topics(line, row, mapping, report))
    return Organisation(line, external_id, register or mapping.title[:LONGEST_REGISTER], number, fields, topics)


def _taken(line: int, column: Column, row: dict[str, str], report: Report) -> str:
    raw = next((row[source].strip() for source in column.sources if row[source].strip()), "")
    try:
        value = _value(column, raw)
    except BadValue as bad:
        if not column.leave_out_bad:
            raise BadRow(column.name, raw, str(bad)) from bad
        report.leave_out_value(line, column.name, raw, str(bad))
        return ""
    return _cut(line, column, value, report) if column.format == "text" else value


def _cut(line: int, column: Column, text: str, report: Report) -> str:
    if len(text) <= column.most:
        return text
    report.cut_value(line, column.name, text, f"expected at most {column.most} characters, got {len(text)}")
    return text[: column.most - 1].rsplit(" ", 1)[0] + "…"


def _value(column: Column, raw: str) -> str:
    if raw and column.format == "url":
        return _web_address(raw)
    if raw and column.format == "postcode":
        whole = tidy(raw)
        if whole is None:
            raise BadValue("expected a whole postcode such as SE1 7PB")
        return whole
    text = "".join(each for each in " ".join(raw.split()) if each.isprintable())
    if column.required and not text:
        raise BadValue("expected a value")
    if column.name == "external_id" and len(text) > column.most:
        raise BadValue(f"expected at most {column.most} characters")
    return text


def _web_address(raw: str) -> str:
    """As people write it: the scheme is often left away."""
    address = raw if "://" in raw else f"https://{raw}"
    try:
        identity.origin_of(read_address("url", address, WEB))
        Listing._meta.get_field("website").run_validators(address)
    except (BadField, ValidationError) as bad:
        raise BadValue(WEB_ADDRESS) from bad
    if "." not in (urlsplit(address).hostname or ""):
        raise BadValue(WEB_ADDRESS)
    return address


def _where(point: Point | None) -> dict[str, Any]:
    if point is None:
        return {"area": "", "lat": None, "lon": None, "accuracy": None}
    return {"area": point.area, "lat": point.lat, "lon": point.lon, "accuracy": point.accuracy}


def _whence(mapping: Mapping, external_id: str, point: Point | None) -> dict[str, str]:
    """Source and licence, and the attributions of everybody whose data this is, word for word."""
    source = mapping.source
    address = source.get("record_url", source.get("url", ""))
    thanks = [source.get("attribution", ""), point.attribution if point else ""]
    return {
        "source": source["name"],
        "source_url": address.replace("{external_id}", quote(external_id)),
        "licence": ", ".join(filter(None, [source["licence"], source.get("licence_url", "")])),
        "attribution": " ".join(filter(None, thanks)),
    }


def _check(fields: dict[str, Any]) -> None:
    """A neighbour refuses what its columns cannot hold, so nothing like that is listed here. Raises BadRow."""
    for name, value in fields.items():
        try:
            if value not in ("", None):
                Listing._meta.get_field(name).run_validators(value)
        except ValidationError as bad:
            raise BadRow(name, str(value), " ".join(bad.messages)) from bad


def _topics(line: int, row: dict[str, str], mapping: Mapping, report: Report) -> Iterator[str]:
    if not mapping.topic_column:
        return
    seen: set[str] = set()
    for code in filter(None, map(str.strip, row[mapping.topic_column].split(mapping.topic_separator))):
        if code not in mapping.topics and code not in mapping.unmapped:
            report.leave_out_value(line, mapping.topic_column, code, "the mapping does not know this code")
        for iri in mapping.topics.get(code, ()):
            if iri not in seen:
                seen.add(iri)
                yield iri
