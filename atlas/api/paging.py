"""Pages that begin behind a thing and not at a number: what is published meanwhile is neither given twice nor pushes
another thing out."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core import signing
from django.db import connection
from django.db.models import F, Q
from django.db.models.expressions import OrderBy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from django.db.models import Model, QuerySet

    Values = Sequence[Any]

MOST, USUAL = 200, 50  # things on a page
LONGEST_CURSOR = 4_000  # characters; three addresses of 500 stand in the longest
SALT = "atlas.api.cursor"


class BadCursor(ValueError):
    """It was not made here, or for another question than the one it came back with."""


@dataclass(frozen=True)
class Page:
    """`cursor` is where the next one begins; empty on the last."""

    rows: list[Any]
    cursor: str


@dataclass(frozen=True)
class Term:
    """One thing that a list is ordered by."""

    by: Any
    falls: bool
    nulls_first: bool
    name: str

    def at(self, value: Any) -> Q:
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})

    def behind(self, value: Any) -> Q | None:
        """Whatever this term alone puts behind a value; None where nothing can be."""
        if value is None:
            return Q(**{f"{self.name}__isnull": False}) if self.nulls_first else None
        further = Q(**{f"{self.name}__{'lt' if self.falls else 'gt'}": value})
        return further if self.nulls_first else further | Q(**{f"{self.name}__isnull": True})


class Paged:
    """An ordered list, which ends its order with something unique, to be read page by page.

    `question` is what was asked for in words: a cursor is good for the same question only.
    """

    def __init__(self, rows: QuerySet[Any, Any], question: str) -> None:
        self.terms = [_term(each, number) for number, each in enumerate(rows.query.order_by)]
        self.rows = rows.annotate(**{term.name: term.by for term in self.terms})
        said = f"{question}\n{[(str(term.by), term.falls) for term in self.terms]}"
        self.mark = hashlib.sha256(said.encode()).hexdigest()[:16]

    def values_of(self, cursor: str) -> list[Any]:
        """What the last row before the page is ordered by. Raises BadCursor."""
        if len(cursor) > LONGEST_CURSOR:
            raise BadCursor
        try:
            said = signing.Signer(salt=SALT).unsign_object(cursor)
        except signing.BadSignature:
            raise BadCursor from None
        if said["for"] != self.mark:
            raise BadCursor
        return [_read(value) for value in said["behind"]]

    def page(self, limit: int, values: Values | None = None) -> Page:
        """At most `limit` rows behind those values, or from the start. One query, and those of what is prefetched."""
        rows = self.rows if values is None else self.rows.filter(self._behind(values))
        found = list(rows[: limit + 1])
        if len(found) <= limit:
            return Page(found, "")
        kept = found[:limit]
        return Page(kept, self.cursor([getattr(kept[-1], term.name) for term in self.terms] if kept else values or []))

    def cursor(self, values: Values) -> str:
        """Without the time, so that the same page is the same for ever, and has the same ETag."""
        said = {"for": self.mark, "behind": [_told(each) for each in values]}
        return signing.Signer(salt=SALT).sign_object(said, compress=True)

    def _behind(self, values: Values) -> Q:
        first, among = self.terms[0], Q()
        wanted = Q(pk__in=[])
        for term, value in zip(self.terms, values, strict=True):
            behind = term.behind(value)
            if behind is not None:
                wanted |= among & behind
            among &= term.at(value)
        # Said once more and in short, so that a database can begin in the middle of an index.
        if values[0] is not None and not _may_be_null(self.rows.model, first):
            wanted &= Q(**{f"{first.name}__{'lte' if first.falls else 'gte'}": values[0]})
        return wanted


def _term(each: Any, number: int) -> Term:
    """Without a word on it, databases differ in where they put what is empty."""
    name = f"ordered_{number}"
    if not isinstance(each, OrderBy):
        falls = each.startswith("-")
        return Term(F(each.removeprefix("-")), falls, connection.features.order_by_nulls_first != falls, name)
    nulls_first = connection.features.order_by_nulls_first != each.descending
    if each.nulls_first or each.nulls_last:
        nulls_first = bool(each.nulls_first)
    return Term(each.expression, bool(each.descending), nulls_first, name)


def _may_be_null(model: type[Model], term: Term) -> bool:
    columns = {column.name: column.null for column in model._meta.concrete_fields}
    return columns.get(getattr(term.by, "name", ""), True)


def _told(value: Any) -> Any:
    return {"at": value.isoformat()} if isinstance(value, dt.datetime) else value


def _read(value: Any) -> Any:
    return dt.datetime.fromisoformat(value["at"]) if isinstance(value, dict) else value


def behind_the_ranked(ranked: Sequence[int]) -> Callable[[Values], Values]:
    """The best of a search stand in places that move with every new thing: a page goes on behind where the last thing
    of the one before stands now, and where that is gone, at the place it had."""

    def now(values: Values) -> Values:
        place, updated, pk = values
        if pk in ranked:
            place = ranked.index(pk)
        elif place < len(ranked):
            place -= 0.5  # whatever has moved up into its place was not given yet
        return [place, updated, pk]

    return now


def question_of(path: str, asked: Iterable[tuple[str, list[str]]]) -> str:
    """What a cursor is bound to: the address with all parameters but those of paging."""
    kept = sorted((name, values) for name, values in asked if name not in {"cursor", "limit"} and any(values))
    return f"{path} {kept}"
