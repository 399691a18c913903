"""The mapping file: which column is what. Its format is told at the top of `config/mappings/charities-london.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from atlas.models import Topic
from desk.bringing.report import BadFile
from desk.bringing.tables import is_text_encoding
from federation.values import WEB, BadField, read_address, read_language

if TYPE_CHECKING:
    from pathlib import Path

LONGEST = {"external_id": 100, "name": 200, "summary": 5000, "postcode": 12, "url": 500}
"""Our fields, and the characters each has room for."""
FORMATS = ("text", "url", "postcode")
LONGEST_MAPPING = 1_000_000  # bytes

PARTS = {
    "title", "kind", "source", "delimiter", "encoding", "language", "only", "columns", "same_id", "topics",
}  # fmt: skip
SOURCE = {"name": 300, "url": 500, "licence": 180, "licence_url": 118, "attribution": 700, "record_url": 450}
"""What is said of the source, and the characters each has room for."""
COLUMN = {"column", "first_of", "scheme", "required", "max", "when_bad", "format"}
TOPICS = {"column", "separator", "map", "unmapped"}


@dataclass(frozen=True)
class Column:
    """Where a field's value stands: the first of `sources` that is not empty."""

    name: str
    sources: tuple[str, ...]
    required: bool
    most: int
    format: str
    leave_out_bad: bool


@dataclass(frozen=True)
class Mapping:
    title: str
    source: dict[str, str]
    columns: dict[str, Column]
    delimiter: str
    encoding: str
    language: str
    only: dict[str, frozenset[str]]
    joins: bool
    topic_column: str
    topic_separator: str
    topics: dict[str, tuple[str, ...]]
    unmapped: frozenset[str]

    def needed_columns(self) -> set[str]:
        named = {source for column in self.columns.values() for source in column.sources}
        return named | set(self.only) | ({self.topic_column} if self.topic_column else set())


def read_yaml(path: Path) -> dict[str, Any]:
    """A small YAML file as a dictionary. Raises BadFile."""
    try:
        if path.stat().st_size > LONGEST_MAPPING:
            raise BadFile(f"{path.name}: expected at most {LONGEST_MAPPING} bytes")
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadFile(f"{path.name}: cannot be read as YAML: {error}") from error
    return _named(found, path.name)


def read_mapping(path: Path) -> Mapping:
    """Raises BadFile naming the part, what stands there and what is accepted."""
    try:
        return _mapping(_named(read_yaml(path), "the mapping", PARTS), path.stem)
    except BadFile as bad:
        raise BadFile(f"{path.name}: {str(bad).removeprefix(f'{path.name}: ')}") from bad


def _mapping(said: dict[str, Any], name: str) -> Mapping:
    _one_of("kind", said.get("kind"), ("listing",))
    topics = _named(said.get("topics", {}), "topics", TOPICS)
    return Mapping(
        title=_text("title", said.get("title", name)),
        source=_source(said.get("source")),
        columns=_columns(said.get("columns")),
        delimiter=_delimiter(said.get("delimiter", ",")),
        encoding=_encoding(said.get("encoding", "utf-8")),
        language=_language(said.get("language", "")),
        only={column: _accepted(values) for column, values in _named(said.get("only", {}), "only").items()},
        joins=_one_of("same_id", said.get("same_id", "refuse"), ("refuse", "join")) == "join",
        topic_column=_text("topics.column", topics.get("column", "")),
        topic_separator=_text("topics.separator", topics.get("separator", ";")) or ";",
        topics=_topics(_list("topics.map", topics.get("map", []))),
        unmapped=_accepted(_list("topics.unmapped", topics.get("unmapped", []))),
    )


def _source(said: Any) -> dict[str, str]:
    part = _named(said, "source", set(SOURCE))
    if missing := [key for key in ("name", "licence") if not part.get(key)]:
        raise BadFile(f"source: {', '.join(missing)} must be given; they are shown with every organisation")
    for key in {"url", "licence_url", "record_url"} & set(part):
        try:
            read_address(key, str(part[key]).replace("{external_id}", "1"), WEB)
        except BadField as bad:
            raise BadFile(f"source.{bad}") from bad
    return {key: _text(f"source.{key}", value, longest=SOURCE[key]) for key, value in part.items()}


def _columns(said: Any) -> dict[str, Column]:
    part = _named(said, "columns", set(LONGEST))
    if missing := {"external_id", "name"} - set(part):
        raise BadFile(f"columns: {', '.join(sorted(missing))} must be given; got {', '.join(part) or 'nothing'}")
    return {name: _column(name, each) for name, each in part.items()}


def _column(name: str, said: Any) -> Column:
    where = f"columns.{name}"
    part = _named(said, where, COLUMN)
    if ("column" in part) == ("first_of" in part):
        raise BadFile(f"{where}: expected either column or first_of, got {', '.join(part) or 'nothing'}")
    most = part.get("max", LONGEST[name])
    if not isinstance(most, int) or isinstance(most, bool) or not 0 < most <= LONGEST[name]:
        raise BadFile(f"{where}.max: expected a whole number from 1 to {LONGEST[name]}, got {most!r}")
    required = part.get("required", False)
    if not isinstance(required, bool):
        raise BadFile(f"{where}.required: expected true or false, got {required!r}")
    sources = _list(f"{where}.first_of", part["first_of"]) if "first_of" in part else [part["column"]]
    return Column(
        name=name,
        sources=tuple(_text(where, source) for source in sources),
        required=required or name in {"external_id", "name"},
        most=most,
        format=_one_of(f"{where}.format", part.get("format", "text"), FORMATS),
        leave_out_bad=_one_of(f"{where}.when_bad", part.get("when_bad", "refuse"), ("refuse", "leave-out"))
        == "leave-out",
    )


def _topics(entries: list[Any]) -> dict[str, tuple[str, ...]]:
    """From a code to topic IRIs. A topic this node does not know is a mistake in the mapping."""
    known = dict(Topic.objects.filter(scheme="topic").values_list("slug", "iri"))
    found: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        part = _named(entry, "topics.map", {"topics", "codes"})
        slugs = [str(slug) for slug in _list("topics.map.topics", part.get("topics", []))]
        unknown = [slug for slug in slugs if slug not in known]
        if unknown or not slugs:
            raise BadFile(f"topics.map: expected topics of this node, got {', '.join(unknown) or 'none'}")
        for code in _accepted(_list("topics.map.codes", part.get("codes", []))):
            found[code] = tuple(dict.fromkeys((*found.get(code, ()), *(known[slug] for slug in slugs))))
    return found


def _named(said: Any, where: str, known: set[str] | None = None) -> dict[str, Any]:
    """Names and values; with `known`, no others. A name nobody knows is a mistyped one, and is not passed over."""
    if not isinstance(said, dict):
        raise BadFile(f"{where}: expected names and values, got {said!r}")
    if known is not None and (unknown := [str(name) for name in said if name not in known]):
        raise BadFile(f"{where}: unknown: {', '.join(unknown)}; accepted: {', '.join(sorted(known))}")
    return {str(name): value for name, value in said.items()}


def _list(where: str, said: Any) -> list[Any]:
    if not isinstance(said, list):
        raise BadFile(f"{where}: expected a list, got {said!r}")
    return said


def _text(where: str, said: Any, *, longest: int = 200) -> str:
    if not isinstance(said, str) or len(said) > longest:
        raise BadFile(f"{where}: expected a text of at most {longest} characters, got {said!r:.100}")
    return said


def _one_of(where: str, said: Any, accepted: tuple[str, ...]) -> str:
    if said not in accepted:
        raise BadFile(f"{where}: expected {' or '.join(accepted)}, got {said!r}")
    return str(said)


def _delimiter(said: Any) -> str:
    if not isinstance(said, str) or len(said) != 1 or said in '\r\n" ':
        raise BadFile(f"delimiter: expected one character, got {said!r}")
    return said


def _language(said: Any) -> str:
    if said and not read_language(said):
        raise BadFile(f"language: expected a tag such as en or pt-BR, got {said!r}")
    return read_language(said)


def _encoding(said: Any) -> str:
    if not isinstance(said, str) or not is_text_encoding(said):
        raise BadFile(f"encoding: expected a name such as utf-8, got {said!r}")
    return said


def _accepted(values: Any) -> frozenset[str]:
    return frozenset(str(value) for value in (values if isinstance(values, list) else [values]))
