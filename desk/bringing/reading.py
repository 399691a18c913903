"""From a file to the things it has, checked; nothing is written here."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from atlas.placed import MAX_TOPICS
from desk.bringing import sources
from desk.bringing.areas import Areas
from desk.bringing.calendars import Window
from desk.bringing.postcodes import Gazetteer
from desk.bringing.records import BadRecord
from desk.bringing.rows import Found, read_row
from desk.bringing.values import BadRow

if TYPE_CHECKING:
    from pathlib import Path

    from desk.bringing.mapping import Mapping
    from desk.bringing.report import Report


@dataclass(frozen=True)
class Beside:
    """What a steward supplies beside the file: points of postcodes, polygons of areas, the days of a calendar."""

    gazetteer: Gazetteer = field(default_factory=Gazetteer)
    areas: Areas = field(default_factory=Areas)
    window: Window = field(default_factory=Window.from_today)


def read_file(path: Path, mapping: Mapping, beside: Beside, report: Report) -> list[Found]:
    """Read and check every row. Raises BadFile where the file as a whole is of no use."""
    found: dict[tuple[str, str], Found] = {}
    for line, row in sources.rows_of(path, mapping, beside.window, report):
        report.counts["rows"] += 1
        if isinstance(row, BadRecord):
            report.refuse(line, row.name, row.value, row.accepted)
            continue
        if any(row.get(name, "").strip() not in accepted for name, accepted in mapping.only.items()):
            report.counts["left out"] += 1
            continue
        try:
            one = read_row(line, row, mapping, beside, report)
        except BadRow as bad:
            report.refuse(line, bad.name, bad.value, bad.why)
            continue
        _add(found, one, mapping, report)
    for one in found.values():
        _keep_first_topics(one, mapping, report)
    return list(found.values())


def _add(found: dict[tuple[str, str], Found], one: Found, mapping: Mapping, report: Report) -> None:
    before = found.setdefault((one.register, one.number), one)
    if before is one:
        return
    if mapping.joins:
        report.counts["joined"] += 1
        before.topics = list(dict.fromkeys([*before.topics, *one.topics]))
    else:
        report.refuse(
            one.line, "external_id", one.external_id, _("line %(line)d has the same one") % {"line": before.line}
        )


def _keep_first_topics(one: Found, mapping: Mapping, report: Report) -> None:
    """After rows were joined: each may have added some."""
    if beyond := one.topics[MAX_TOPICS:]:
        why = _("expected at most %(most)d topics, got %(count)d") % {"most": MAX_TOPICS, "count": len(one.topics)}
        report.cut_value(one.line, mapping.topic_column, ", ".join(beyond), why)
        one.topics = one.topics[:MAX_TOPICS]


def part_of(found: list[Found], number: int, of: int) -> list[Found]:
    """Part `number` (from 1) of `of` about equal ones, to split a register among nodes.

    A thing falls into its part by its key alone, so that it stays where it is when the register changes.
    """
    return [each for each in found if is_in_part(each.key, number, of)]


def is_in_part(key: str, number: int, of: int) -> bool:
    """The same answer on every machine and in every run."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") % of == number - 1
