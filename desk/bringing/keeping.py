"""A register is followed, but what was edited here stays: which columns those are, and what becomes of a row.

A column is edited here where its value differs from what the register last said (`desk.Brought`). Columns never edited
follow the register. A register that comes to say what we say is followed again from then on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from desk.models import Brought

if TYPE_CHECKING:
    from desk.bringing.kinds import Kind
    from desk.bringing.rows import Found

Values = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """What a run does with one row: `changes` are the columns to write, `kept` those that stay as they are here.

    `happens` is new, changed, same or kept; `held` the row listed before, `said` what the register says now.
    """

    found: Found
    happens: str
    changes: Values
    kept: Mapping[str, tuple[Any, Any]]
    said: Values
    held: Any
    remembered: Brought | None


def plan(kind: Kind, chunk: Sequence[Found], *, for_writing: bool = False) -> list[Plan]:
    """Two questions to the database, however many rows.

    With `for_writing`, inside a transaction, nobody edits what is held here until it ends.
    """
    held = _held(kind, chunk, for_writing)
    known = Brought.objects.filter(uri__in=[row.uri for row in held.values()])
    remembered = {brought.uri: brought for brought in known}
    return [_planned(kind, found, held.get((found.register, found.number)), remembered) for found in chunk]


def _held(kind: Kind, chunk: Sequence[Found], for_writing: bool) -> dict[tuple[str, str], Any]:
    numbers = [found.number for found in chunk]
    registers = {found.register for found in chunk}
    rows = kind.model.objects.ours().filter(register__in=registers, register_id__in=numbers)
    if for_writing:
        rows = rows.order_by("pk").select_for_update()
    return {(row.register, row.register_id): row for row in rows}


def _planned(kind: Kind, found: Found, row: Any, remembered: Mapping[str, Brought]) -> Plan:
    theirs = found.fields | {"topics": found.topics}
    said = {name: plain(value) for name, value in theirs.items()}
    if row is None:
        return Plan(found, "new", theirs, {}, said, None, None)
    brought = remembered.get(row.uri)
    if row.withdrawn_at is not None:
        return Plan(found, "same", {}, {}, said, row, brought)
    ours = {name: plain(getattr(row, name)) for name in theirs}
    edited = _edited(kind, ours, brought.values if brought else {})
    kept = {name: (said[name], ours[name]) for name in sorted(edited) if said[name] != ours[name]}
    changes = {name: value for name, value in theirs.items() if name not in edited and said[name] != ours[name]}
    happens = "changed" if changes else "kept" if kept else "same"
    return Plan(found, happens, changes, kept, said, row, brought)


def _edited(kind: Kind, ours: Values, last: Values) -> set[str]:
    """What is one fact stays as a whole: half a point of theirs with half of ours is nowhere."""
    edited = {name for name, value in ours.items() if name in last and last[name] != value}
    for together in kind.together:
        if edited & together:
            edited |= together & ours.keys()
    return edited


def plain(value: Any) -> Any:
    """As it stands in JSON, the same on every database."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return value if isinstance(value, (bool, int, float, type(None))) else str(value)


def vanished(kind: Kind, source: str, seen: Iterable[tuple[str, str]], *, ahead_of: dt.datetime | None) -> list[str]:
    """Keys of what is listed here from `source` and is not in its file any more. Nothing is done to them.

    `ahead_of`: only gatherings from that moment on, as a calendar's window leaves out the others.
    """
    rows = kind.model.objects.ours().filter(source=source, withdrawn_at__isnull=True).exclude(register="")
    if ahead_of is not None:
        rows = rows.filter(starts__gte=ahead_of)
    here = set(seen)
    listed = rows.values_list("register", "register_id")
    return [f"{register}-{number}" for register, number in listed if (register, number) not in here]
