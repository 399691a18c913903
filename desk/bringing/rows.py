"""From one row to one thing as it will be listed, or to the reason why not."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from desk.bringing.mapping import LONGEST_REGISTER
from desk.bringing.values import BadRow, BadValue, unsaid, value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desk.bringing.columns import Column
    from desk.bringing.mapping import Mapping
    from desk.bringing.postcodes import Point
    from desk.bringing.reading import Beside
    from desk.bringing.report import Report

Row = dict[str, str]
HASH_DIGITS = 20


@dataclass
class Found:
    """What will be listed; `fields` are columns of the kind's model."""

    line: int
    external_id: str
    register: str
    number: str
    fields: dict[str, Any]
    topics: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{self.register}-{self.number}"


def read_row(line: int, row: Row, mapping: Mapping, around: Beside, report: Report) -> Found:
    """Raises BadRow. Values that are left out, as the mapping allows, or cut are told to the report."""
    external_id = str(_taken(line, mapping.columns["external_id"], row, mapping, report))
    register, number = _numbered(external_id, mapping)
    report.seen.add((register, number))
    kind = mapping.kind
    values: dict[str, Any] = {
        name: _taken(line, column, row, mapping, report)
        if (column := mapping.columns.get(name))
        else unsaid(known.format)
        for name, known in kind.fields.items()
        if name != "external_id"
    }
    point = around.gazetteer.find(values.get("postcode") or "")
    if values.get("postcode") and values["lat"] is None and point is None and around.gazetteer.tables:
        report.leave_out_value(line, "point", values["postcode"], _("no table knows this postcode"))
    fields = {kind.column_of(name): value for name, value in values.items()} | {"language": mapping.language}
    if "time_zone" in fields:
        fields["time_zone"] = fields["time_zone"] or mapping.time_zone
    has_point = fields["lat"] is not None and fields["lon"] is not None
    fields |= _where(fields, None if has_point else point, mapping, around)
    fields |= _whence(mapping, external_id, None if has_point else point)
    if kind.name in {"call", "gathering"}:
        fields.pop("accuracy")
    kind.whole(fields)
    _check(mapping, fields)
    topics = list(dict.fromkeys([*mapping.always, *_topics(line, row, mapping, report)]))
    return Found(line, external_id, register, number, fields, topics)


def _numbered(external_id: str, mapping: Mapping) -> tuple[str, str]:
    """Its register and its number there: the mapping's, or as the identifier says, up to its last hyphen."""
    if mapping.register:
        return mapping.register, external_id
    register, _hyphen, number = external_id.rpartition("-")
    if not number or len(register) > LONGEST_REGISTER:
        accepted = _("expected a register of at most %(most)d characters, a hyphen and a number") % {
            "most": LONGEST_REGISTER
        }
        raise BadRow("external_id", external_id, accepted)
    return register or mapping.title[:LONGEST_REGISTER], number


def _taken(line: int, column: Column, row: Row, mapping: Mapping, report: Report) -> Any:
    raw = _raw(column, row, mapping.empty)
    try:
        value = value_of(column, raw, row.get("time_zone") or mapping.time_zone)
    except BadValue as bad:
        if not column.leave_out_bad:
            raise BadRow(column.name, raw, str(bad)) from bad
        report.leave_out_value(line, column.name, raw, str(bad))
        return unsaid(column.format)
    if value and column.wording:
        value = column.wording.replace("{}", value)
    return _cut(line, column, value, report) if column.format in {"text", "paragraphs"} else value


def _raw(column: Column, row: Row, empty: frozenset[str]) -> str:
    if column.way == "value":
        return column.said
    cells = [row.get(source, "").strip() for source in column.sources]
    cells = ["" if cell in empty else cell for cell in cells]
    if column.way == "hash_of":
        whole = "\n".join(" ".join(cell.split()).casefold() for cell in cells)
        return hashlib.sha256(whole.encode()).hexdigest()[:HASH_DIGITS] if any(cells) else ""
    said = list(dict.fromkeys(filter(None, cells)))
    return ", ".join(said) if column.way == "all_of" else next(iter(said), "")


def _cut(line: int, column: Column, text: str, report: Report) -> str:
    if len(text) <= column.most:
        return text
    report.cut_value(
        line,
        column.name,
        text,
        _("expected at most %(most)d characters, got %(count)d") % {"most": column.most, "count": len(text)},
    )
    return text[: column.most - 1].rsplit(" ", 1)[0] + "…"


def _where(fields: dict[str, Any], point: Point | None, mapping: Mapping, around: Beside) -> dict[str, Any]:
    """The file's own point, exact, may lie in an area the steward gave; one of a postcode is too coarse to say."""
    if point is not None:
        area = fields["area"] or point.area
        return {"area": area, "lat": point.lat, "lon": point.lon, "accuracy": point.accuracy}
    lat, lon = fields["lat"], fields["lon"]
    if lat is None or lon is None:
        return {"area": fields["area"], "lat": None, "lon": None, "accuracy": None}
    area = around.areas.around(lat, lon, mapping.area_names) or fields["area"]
    return {"area": area, "lat": lat, "lon": lon, "accuracy": None}


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


def _check(mapping: Mapping, fields: dict[str, Any]) -> None:
    """A neighbour refuses what its columns cannot hold, so nothing like that is listed here. Raises BadRow."""
    for name, value in fields.items():
        try:
            if value not in ("", None):
                mapping.kind.model._meta.get_field(name).run_validators(value)
        except ValidationError as bad:
            raise BadRow(name, str(value), " ".join(bad.messages)) from bad


def _topics(line: int, row: Row, mapping: Mapping, report: Report) -> Iterator[str]:
    if not mapping.topic_column:
        return
    for code in filter(None, map(str.strip, row.get(mapping.topic_column, "").split(mapping.topic_separator))):
        if code not in mapping.topics and code not in mapping.unmapped:
            report.leave_out_value(line, mapping.topic_column, code, _("the mapping does not know this code"))
        yield from mapping.topics.get(code, ())
