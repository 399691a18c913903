"""What a kind of thing is made of, as the columns of a table can fill it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from atlas.listed import ListRow

LONGEST_ID = 100  # characters


@dataclass(frozen=True)
class Field:
    """`most` is the room for text, in characters; `column` the model's where it is called otherwise.

    `paragraphs` is text that keeps its lines; `moment` without an offset is read on the mapping's clock.
    """

    format: str = "text"
    most: int = 200
    column: str = ""
    choices: tuple[str, ...] = ()
    is_end: bool = False  # of a day, where only the day is said


@dataclass(frozen=True)
class Kind:
    """`word` is what the command and the desk call it; `name` what the mapping and the journal call it.

    `whole` completes and judges the fields of one row together; raises BadRow. `together` are columns that are one
    fact: where one of them was edited here, all of them stay. `needed` must be in the mapping and in every row.
    """

    word: str
    name: str
    model: Any
    list_one: ListRow
    fields: dict[str, Field]
    title: str
    needed: frozenset[str]
    whole: Callable[[dict[str, Any]], None]
    together: Sequence[frozenset[str]] = field(default=())

    def column_of(self, name: str) -> str:
        return self.fields[name].column or name


WHERE = frozenset({"lat", "lon", "accuracy"})
POINT = {"lat": Field("latitude"), "lon": Field("longitude")}
AREA = {"area": Field(most=100)}
