"""Looking words up in SQLite: an FTS5 table that triggers keep. The syntax of its questions stands only here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

CARDS = "SELECT rowid FROM atlas_searchindex WHERE atlas_searchindex MATCH %s"


def word(stem: str) -> str:
    """In quotes nothing is an operator; a stem holds letters and digits only."""
    return f'"{stem}"'


def every(parts: Iterable[str]) -> str:
    return f"({' AND '.join(parts)})"


def any_of(parts: Iterable[str]) -> str:
    return f"({' OR '.join(parts)})"
