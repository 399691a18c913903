"""The mapping file: which column is what. Its format is told at the top of `config/mappings/charities-london.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings

from accounts import zones
from atlas.models import Topic
from desk.bringing.calendars import FIELDS as CALENDAR_FIELDS
from desk.bringing.columns import Column, own_columns, read_columns
from desk.bringing.descriptions import accepted, listed, named, one_of, read_yaml, text
from desk.bringing.kinds import BY_NAME, Kind
from desk.bringing.report import BadFile
from desk.bringing.tables import is_text_encoding
from federation.values import WEB, BadField, read_address, read_language

if TYPE_CHECKING:
    from pathlib import Path

FORMATS = ("csv", "json", "ics")
PARTS = {
    "title", "kind", "format", "source", "register", "records", "names", "delimiter", "encoding", "language",
    "time_zone", "empty", "only", "columns", "same_id", "areas", "topics",
}  # fmt: skip
SOURCE = {"name": 300, "url": 500, "licence": 180, "licence_url": 118, "attribution": 700, "record_url": 450}
"""What is said of the source, and the characters each has room for."""
TOPICS = {"always", "column", "separator", "map", "unmapped"}
LONGEST_REGISTER = 60  # characters


@dataclass(frozen=True)
class Mapping:
    """`register` is empty where every identifier names its own, as `GB-CHC-123` does."""

    title: str
    kind: Kind
    format: str
    source: dict[str, str]
    register: str
    records: tuple[str, ...]
    names: tuple[str, ...]
    columns: dict[str, Column]
    delimiter: str
    encoding: str
    language: str
    time_zone: str
    empty: frozenset[str]
    only: dict[str, frozenset[str]]
    joins: bool
    area_names: tuple[str, ...]
    always: tuple[str, ...]
    topic_column: str
    topic_separator: str
    topics: dict[str, tuple[str, ...]]
    unmapped: frozenset[str]

    def needed_columns(self) -> set[str]:
        cells = {source for column in self.columns.values() for source in column.sources}
        return cells | set(self.only) | ({self.topic_column} if self.topic_column else set())


def read_mapping(path: Path) -> Mapping:
    """Raises BadFile naming the part, what stands there and what is accepted."""
    try:
        return _mapping(named(read_yaml(path), "the mapping", PARTS), path.stem)
    except BadFile as bad:
        raise BadFile(f"{path.name}: {str(bad).removeprefix(f'{path.name}: ')}") from bad


def _mapping(said: dict[str, Any], name: str) -> Mapping:
    kind = BY_NAME[one_of("kind", said.get("kind"), tuple(BY_NAME))]
    form = one_of("format", said.get("format", "csv"), FORMATS)
    topics = named(said.get("topics", {}), "topics", TOPICS)
    return Mapping(
        title=text("title", said.get("title", name)),
        kind=kind,
        format=form,
        source=_source(said.get("source")),
        register=_register(said.get("register", ""), kind),
        records=_path("records", said),
        names=_path("names", said),
        columns=_columns(said, kind, form),
        delimiter=_delimiter(said.get("delimiter", ",")),
        encoding=_encoding(said.get("encoding", "utf-8")),
        language=_language(said.get("language", "")),
        time_zone=_time_zone(said["time_zone"]) if "time_zone" in said else settings.TIME_ZONE,
        empty=accepted(listed("empty", said.get("empty", []))),
        only={column: accepted(values) for column, values in named(said.get("only", {}), "only").items()},
        joins=one_of("same_id", said.get("same_id", "refuse"), ("refuse", "join")) == "join",
        area_names=tuple(text("areas", each) for each in listed("areas", said.get("areas", []))),
        always=_always(listed("topics.always", topics.get("always", []))),
        topic_column=text("topics.column", topics.get("column", "")),
        topic_separator=text("topics.separator", topics.get("separator", ";")) or ";",
        topics=_topics(listed("topics.map", topics.get("map", []))),
        unmapped=accepted(listed("topics.unmapped", topics.get("unmapped", []))),
    )


def _columns(said: dict[str, Any], kind: Kind, form: str) -> dict[str, Column]:
    if form != "ics":
        return read_columns(said.get("columns"), kind)
    if kind.name != "gathering":
        raise BadFile(f"kind: expected gathering, as a calendar holds nothing else, got {kind.name!r}")
    if "columns" in said:
        raise BadFile("columns: expected none: a calendar says itself what is what")
    return own_columns(kind, CALENDAR_FIELDS)


def _path(name: str, said: dict[str, Any]) -> tuple[str, ...]:
    return tuple(filter(None, text(name, said.get(name, "")).split(".")))


def _register(said: Any, kind: Kind) -> str:
    register = text("register", said, longest=LONGEST_REGISTER)
    if not register and kind.name != "listing":
        raise BadFile("register: expected a name for the file's numbers, such as london-libraries, got nothing")
    return register


def _source(said: Any) -> dict[str, str]:
    part = named(said, "source", set(SOURCE))
    if missing := [key for key in ("name", "licence") if not part.get(key)]:
        raise BadFile(f"source: {', '.join(missing)} must be given; they are shown with everything that is listed")
    for key in {"url", "licence_url", "record_url"} & set(part):
        try:
            read_address(key, str(part[key]).replace("{external_id}", "1"), WEB)
        except BadField as bad:
            raise BadFile(f"source.{bad}") from bad
    return {key: text(f"source.{key}", value, longest=SOURCE[key]) for key, value in part.items()}


def _always(slugs: list[Any]) -> tuple[str, ...]:
    """Topics of every row."""
    known = dict(Topic.objects.in_use().filter(scheme="topic").values_list("slug", "iri"))
    if unknown := [str(slug) for slug in slugs if str(slug) not in known]:
        raise BadFile(f"topics.always: expected topics of this node, got {', '.join(unknown)}")
    return tuple(known[str(slug)] for slug in slugs)


def _topics(entries: list[Any]) -> dict[str, tuple[str, ...]]:
    """From a code to topic IRIs. A topic this node does not know is a mistake in the mapping."""
    known = dict(Topic.objects.in_use().filter(scheme="topic").values_list("slug", "iri"))
    found: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        part = named(entry, "topics.map", {"topics", "codes"})
        slugs = [str(slug) for slug in listed("topics.map.topics", part.get("topics", []))]
        unknown = [slug for slug in slugs if slug not in known]
        if unknown or not slugs:
            raise BadFile(f"topics.map: expected topics of this node, got {', '.join(unknown) or 'none'}")
        for code in accepted(listed("topics.map.codes", part.get("codes", []))):
            found[code] = tuple(dict.fromkeys((*found.get(code, ()), *(known[slug] for slug in slugs))))
    return found


def _delimiter(said: Any) -> str:
    if not isinstance(said, str) or len(said) != 1 or said in '\r\n" ':
        raise BadFile(f"delimiter: expected one character, got {said!r:.100}")
    return said


def _language(said: Any) -> str:
    if said and not read_language(said):
        raise BadFile(f"language: expected a tag such as en or pt-BR, got {said!r:.100}")
    return read_language(said)


def _time_zone(said: Any) -> str:
    if said not in zones.known():
        raise BadFile(f"time_zone: expected a time zone such as Europe/London, got {said!r:.100}")
    return str(said)


def _encoding(said: Any) -> str:
    if not isinstance(said, str) or not is_text_encoding(said):
        raise BadFile(f"encoding: expected a name such as utf-8, got {said!r:.100}")
    return said
