"""Reading a list of JSON objects as if it were a table: a dotted name reaches into what an object holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from desk.bringing.report import BadFile, too_large
from federation.bounded import BadDocument, parse_json, shortened

if TYPE_CHECKING:
    from pathlib import Path

LARGEST_FILE = 20_000_000  # bytes
MOST_RECORDS = 100_000


class BadRecord(ValueError):
    """A record that is no object, or a value that no cell can show; `name` and `value` say which."""

    def __init__(self, name: str, value: Any, accepted: str) -> None:
        super().__init__(accepted)
        self.name, self.value, self.accepted = name, shortened(value), accepted


def rows_of(
    path: Path, needed: set[str], where: tuple[str, ...], names: tuple[str, ...] = ()
) -> Iterator[tuple[int, dict[str, str] | BadRecord]]:
    """Every record with its number, from 1; one that is no table row comes as the reason. Raises BadFile.

    `names` is where the names stand of the cells of records that are lists, as CKAN writes them.
    """
    found = _document(path)
    header = [_name(each) for each in _list_in(path, found, names)] if names else []
    for number, record in enumerate(_list_in(path, found, where), 1):
        try:
            if header and isinstance(record, list):
                record = dict(zip(header, record, strict=False))
            yield number, _row(record, needed)
        except BadRecord as bad:
            yield number, bad


def _name(said: Any) -> str:
    return str(said.get("id", "") if isinstance(said, dict) else said)


def _document(path: Path) -> Any:
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise BadFile(f"{path}: expected a file")
        if size > LARGEST_FILE:
            raise BadFile(f"{path.name}: {too_large(LARGEST_FILE, size)}")
        return parse_json(path.read_bytes(), max_bytes=LARGEST_FILE, max_list=MOST_RECORDS)
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror}") from error
    except BadDocument as bad:
        raise BadFile(f"{path.name}: {bad}") from bad


def _list_in(path: Path, found: Any, where: tuple[str, ...]) -> list[Any]:
    for name in where:
        found = found.get(name) if isinstance(found, dict) else None
    if not isinstance(found, list):
        said = _("expected a list of records as the whole file (`records` says where it stands), got %(got)s")
        if where:
            said = _("expected a list of records in %(place)s, got %(got)s")
        raise BadFile(f"{path.name}: {said % {'place': '.'.join(where), 'got': shortened(found)}}")
    return found


def _row(record: Any, needed: set[str]) -> dict[str, str]:
    if not isinstance(record, dict):
        raise BadRecord("record", record, _("expected an object"))
    return {name: _cell(name, _reached(record, name)) for name in needed}


def _reached(record: dict[str, Any], name: str) -> Any:
    """`location.latitude`, or a name that has the dot in itself; of a list, what its first member holds."""
    if name in record:
        return record[name]
    found: Any = record
    for part in name.split("."):
        if isinstance(found, list):
            found = found[0] if found else None
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and not any(isinstance(each, dict | list) for each in value):
        return ";".join(_cell(name, each) for each in value)
    if isinstance(value, dict | list):
        raise BadRecord(name, value, _("expected a text, a number or a list of them; a dotted name reaches deeper"))
    return str(value)
