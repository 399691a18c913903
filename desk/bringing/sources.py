"""The rows of a file, whatever its format."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from desk.bringing import calendars, records, tables
from desk.bringing.calendars import Window
from desk.bringing.records import BadRecord

if TYPE_CHECKING:
    from pathlib import Path

    from desk.bringing.mapping import Mapping
    from desk.bringing.report import Report

Rows = Iterator[tuple[int, dict[str, str] | BadRecord]]


def rows_of(path: Path, mapping: Mapping, window: Window, report: Report) -> Rows:
    """Every row with its number: of the line in a table, of the record or event in other files. Raises BadFile."""
    needed = mapping.needed_columns()
    if mapping.format == "json":
        return records.rows_of(path, needed, mapping.records, mapping.names)
    if mapping.format == "ics":
        return calendars.rows_of(path, window, mapping.title, report)
    return tables.rows_of(path, needed, delimiter=mapping.delimiter, encoding=mapping.encoding)
