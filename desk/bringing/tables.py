"""Reading a table somebody made: as a stream, bounded, whatever stands in it."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

from django.utils.translation import gettext as _

from desk.bringing.report import BadFile, too_large

if TYPE_CHECKING:
    from pathlib import Path

LONGEST_FIELD = 200_000  # characters
LONGEST_LINE = 1_000_000  # characters
LARGEST_FILE = 500_000_000  # bytes
MOST_COLUMNS = 500


def rows_of(
    path: Path, needed: set[str], *, delimiter: str = ",", encoding: str = "utf-8"
) -> Iterator[tuple[int, dict[str, str]]]:
    """Every row with the line it begins on. Raises BadFile for a file that is no such table, or stops being one.

    A row with too few values lacks the last ones; values beyond the header are left out.
    """
    with _opened(path, encoding) as file:
        csv.field_size_limit(LONGEST_FIELD)
        table = csv.reader(_lines(path, file), delimiter=delimiter, strict=True)
        line = 1
        try:
            header = _header(path, next(table), needed)
            line = table.line_num + 1
            for values in table:
                if any(value.strip() for value in values):
                    yield line, dict(zip(header, [*values, *[""] * (len(header) - len(values))], strict=False))
                line = table.line_num + 1
        except StopIteration:
            raise BadFile(_("%(file)s: the file is empty") % {"file": path.name}) from None
        except UnicodeError as error:
            raise BadFile(f"{path.name}: {_near(line)}: {_not_text(encoding, error)}") from error
        except csv.Error as error:
            raise BadFile(f"{path.name}: {_line(line)}: {error}") from error


def header_of(path: Path) -> set[str]:
    """The names of the columns. Raises BadFile."""
    with _opened(path, "utf-8") as file:
        try:
            return {name.strip() for name in next(csv.reader(_lines(path, file)), [])}
        except UnicodeError as error:
            raise BadFile(f"{path.name}: {_near(1)}: {_not_text('utf-8', error)}") from error
        except csv.Error as error:
            raise BadFile(f"{path.name}: {_line(1)}: {error}") from error


def is_text_encoding(name: str) -> bool:
    try:
        return bool(codecs.lookup(name)._is_text_encoding)  # as `open` asks it: rot13 is a codec too
    except LookupError:
        return False


def _opened(path: Path, encoding: str) -> IO[str]:
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise BadFile(f"{path}: expected a file")
        if size > LARGEST_FILE:
            raise BadFile(f"{path.name}: {too_large(LARGEST_FILE, size)}")
        reading = "utf-8-sig" if encoding.lower().replace("-", "") == "utf8" else encoding
        return path.open(newline="", encoding=reading)
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror}") from error


def _header(path: Path, names: list[str], needed: set[str]) -> list[str]:
    header = [name.strip() for name in names]
    if not any(header) or len(header) > MOST_COLUMNS:
        said = _("expected the names of the columns, at most %(most)d") % {"most": MOST_COLUMNS}
        raise BadFile(f"{path.name}: {_line(1)}: {said}")
    if missing := sorted(needed - set(header)):
        said = _("expected the names of the columns, and these are not there: %(names)s")
        raise BadFile(f"{path.name}: {_line(1)}: {said % {'names': ', '.join(missing)}}")
    if twice := sorted(name for name in needed if header.count(name) > 1):
        said = _("these columns stand there twice: %(names)s") % {"names": ", ".join(twice)}
        raise BadFile(f"{path.name}: {_line(1)}: {said}")
    return header


def _line(number: int) -> str:
    return _("line %(number)d") % {"number": number}


def _near(number: int) -> str:
    return _("near line %(number)d") % {"number": number}


def _lines(path: Path, file: IO[str]) -> Iterator[str]:
    """Its lines, one in memory at a time, without NUL: spreadsheets leave it behind, and no database holds it."""
    number = 1
    while line := file.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            said = _("expected at most %(most)d characters") % {"most": LONGEST_LINE}
            raise BadFile(f"{path.name}: {_line(number)}: {said}")
        number += 1
        yield line.replace("\0", "")


def _not_text(encoding: str, error: UnicodeError) -> str:
    got = error.object[error.start :][:10] if isinstance(error, UnicodeDecodeError) else error
    return _("expected text in %(encoding)s, got %(got)r") % {"encoding": encoding, "got": got}
