"""One column of a mapping: which cells a field of ours is made of, and how they are read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from desk.bringing.descriptions import listed, named, one_of, text
from desk.bringing.report import BadFile

if TYPE_CHECKING:
    from desk.bringing.kinds import Field, Kind

WAYS = ("column", "first_of", "all_of", "hash_of", "value")
"""How a field is made: one cell, the first that is not empty, all of them, their hash, or the same words for all."""
COLUMN = {*WAYS, "scheme", "required", "max", "when_bad", "format", "patterns", "values", "text"}
TEXT_FORMATS = ("text", "url", "postcode")


@dataclass(frozen=True)
class Column:
    """Where a field's value stands and how it is read; `way` is one of WAYS."""

    name: str
    way: str
    sources: tuple[str, ...]
    required: bool
    most: int
    format: str
    leave_out_bad: bool
    said: str = ""
    wording: str = ""
    choices: tuple[str, ...] = ()
    is_end: bool = False
    patterns: tuple[str, ...] = ()
    values: dict[str, str] = field(default_factory=dict)


def read_columns(said: Any, kind: Kind) -> dict[str, Column]:
    """Raises BadFile naming the part, what stands there and what is accepted."""
    part = named(said, "columns", set(kind.fields))
    if missing := set(kind.needed) - set(part):
        raise BadFile(f"columns: {', '.join(sorted(missing))} must be given; got {', '.join(part) or 'nothing'}")
    return {name: _column(name, each, kind.fields[name], name in kind.needed) for name, each in part.items()}


def own_columns(kind: Kind, names: set[str]) -> dict[str, Column]:
    """For a file whose fields have our names already, as a calendar's have once it is read."""
    return {name: _column(name, {"column": name}, kind.fields[name], name in kind.needed) for name in sorted(names)}


def _column(name: str, said: Any, known: Field, needed: bool) -> Column:
    where = f"columns.{name}"
    part = named(said, where, COLUMN)
    ways = [way for way in WAYS if way in part]
    if len(ways) != 1:
        raise BadFile(f"{where}: expected either {' or '.join(WAYS)}, got {', '.join(part) or 'nothing'}")
    required = part.get("required", False)
    if not isinstance(required, bool):
        raise BadFile(f"{where}.required: expected true or false, got {required!r}")
    values = {str(key): str(value) for key, value in named(part.get("values", {}), f"{where}.values").items()}
    formats = TEXT_FORMATS if known.format in TEXT_FORMATS else (known.format,)
    column = Column(
        name=name,
        way=ways[0],
        sources=_sources(where, ways[0], part[ways[0]]),
        said=text(where, part["value"], longest=known.most) if ways[0] == "value" else "",
        required=required or needed,
        most=_most(where, part, known.most),
        format=one_of(f"{where}.format", part.get("format", known.format), formats),
        leave_out_bad=one_of(f"{where}.when_bad", part.get("when_bad", "refuse"), ("refuse", "leave-out"))
        == "leave-out",
        wording=text(f"{where}.text", part.get("text", "")),
        choices=known.choices,
        is_end=known.is_end,
        patterns=tuple(text(where, each) for each in listed(f"{where}.patterns", part.get("patterns", []))),
        values=values,
    )
    if column.wording and "{}" not in column.wording:
        raise BadFile(f"{where}.text: expected words around {{}}, such as '{{}}, London', got {column.wording!r}")
    return column


def _sources(where: str, way: str, said: Any) -> tuple[str, ...]:
    if way == "value":
        return ()
    names = [said] if way == "column" else listed(f"{where}.{way}", said)
    return tuple(text(where, source) for source in names)


def _most(where: str, part: dict[str, Any], room: int) -> int:
    most = part.get("max", room)
    if not isinstance(most, int) or isinstance(most, bool) or not 0 < most <= room:
        raise BadFile(f"{where}.max: expected a whole number from 1 to {room}, got {most!r}")
    return most
