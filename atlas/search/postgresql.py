"""Looking words up in PostgreSQL: a tsvector that the database keeps. The syntax of its questions stands only here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

CARDS = "SELECT card_id FROM atlas_searchdocument WHERE lexemes @@ %s::tsquery"


def word(stem: str) -> str:
    """In quotes nothing is an operator; a stem holds letters and digits only."""
    return f"'{stem}'"


def every(parts: Iterable[str]) -> str:
    return f"({' & '.join(parts)})"


def any_of(parts: Iterable[str]) -> str:
    return f"({' | '.join(parts)})"
