"""What became of every row: counts for people, a table of everything refused, left out or cut."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from pathlib import Path


COUNTED = (
    "rows", "left out", "refused", "joined", "other parts", "taken", "new", "changed", "same", "kept",
    "values kept", "values left out", "values cut", "not in the file any more",
)  # fmt: skip


def too_large(most: int, size: int) -> str:
    return _("expected at most %(most)d bytes, got %(size)d") % {"most": most, "size": size}


class BadFile(ValueError):
    """The file, its mapping or a table beside it is of no use; the text says what, where and what is accepted."""


@dataclass(frozen=True)
class Remark:
    """Something not taken as it stood. `line` is the line of the file where the row begins, counting from 1."""

    line: int
    field: str
    value: str
    why: str
    outcome: str


@dataclass
class Report:
    """`rows` were read; each ended in exactly one of `left out`, `refused`, `joined`, `other parts` and `taken`, which
    once listed are new, changed, same or kept: nothing new but what was edited here, and stays.

    `seen` are register and number of every row that had them, also of those that were refused.
    """

    counts: Counter[str] = field(default_factory=Counter)
    remarks: list[Remark] = field(default_factory=list)
    seen: set[tuple[str, str]] = field(default_factory=set)

    def refuse(self, line: int, name: str, value: str, why: str) -> None:
        self.counts["refused"] += 1
        self.remarks.append(Remark(line, name, value[:200], why, "refused"))

    def leave_out_value(self, line: int, name: str, value: str, why: str) -> None:
        self.counts["values left out"] += 1
        self.remarks.append(Remark(line, name, value[:200], why, "kept without the value"))

    def cut_value(self, line: int, name: str, value: str, why: str) -> None:
        self.counts["values cut"] += 1
        self.remarks.append(Remark(line, name, value[:200], why, "kept, the value cut"))

    def keep_value(self, line: int, name: str, theirs: str, ours: str) -> None:
        self.counts["values kept"] += 1
        self.remarks.append(
            Remark(line, name, theirs[:200], f"edited here, where it is {ours[:200]!r}", "kept as ours")
        )

    def summary(self) -> dict[str, int]:
        return {name: self.counts[name] for name in COUNTED}

    def write(self, path: Path) -> None:
        """Every remark as CSV. Values that a spreadsheet would run as a formula are quoted with an apostrophe."""
        with path.open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file)
            table.writerow(["line", "field", "value", "why", "row"])
            for each in self.remarks:
                table.writerow([each.line, each.field, _inert(each.value), each.why, each.outcome])


def _inert(value: str) -> str:
    return f"'{value}" if value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value
