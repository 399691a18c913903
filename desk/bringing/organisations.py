"""From the rows of a table to listed organisations."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from django.db import transaction

from atlas.placed import MAX_TOPICS
from cop.actions.listings import list_organisation, lister
from desk.bringing import tables
from desk.bringing.rows import BadRow, Organisation, read_row

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from desk.bringing.mapping import Mapping
    from desk.bringing.postcodes import Gazetteer
    from desk.bringing.report import Report

PER_TRANSACTION = 100


def read_organisations(path: Path, mapping: Mapping, gazetteer: Gazetteer, report: Report) -> list[Organisation]:
    """Read and check every row; nothing is written. Raises BadFile where the file as a whole is of no use."""
    found: dict[str, Organisation] = {}
    needed = mapping.needed_columns()
    for line, row in tables.rows_of(path, needed, delimiter=mapping.delimiter, encoding=mapping.encoding):
        report.counts["rows"] += 1
        if any(row[name].strip() not in accepted for name, accepted in mapping.only.items()):
            report.counts["left out"] += 1
            continue
        try:
            organisation = read_row(line, row, mapping, gazetteer, report)
        except BadRow as bad:
            report.refuse(line, bad.name, bad.value, bad.why)
            continue
        before = found.setdefault(organisation.external_id, organisation)
        if before is organisation:
            continue
        if mapping.joins:
            report.counts["joined"] += 1
            before.topics = list(dict.fromkeys([*before.topics, *organisation.topics]))
        else:
            report.refuse(line, "external_id", organisation.external_id, f"line {before.line} has the same one")
    for organisation in found.values():
        _keep_first_topics(organisation, mapping, report)
    return list(found.values())


def _keep_first_topics(organisation: Organisation, mapping: Mapping, report: Report) -> None:
    """After rows were joined: each may have added some."""
    if beyond := organisation.topics[MAX_TOPICS:]:
        why = f"expected at most {MAX_TOPICS} topics, got {len(organisation.topics)}"
        report.cut_value(organisation.line, mapping.topic_column, ", ".join(beyond), why)
        organisation.topics = organisation.topics[:MAX_TOPICS]


def part_of(organisations: list[Organisation], number: int, of: int) -> list[Organisation]:
    """Part `number` (from 1) of `of` about equal ones, to split a register among nodes.

    An organisation falls into its part by its id alone, so that it stays where it is when the register changes.
    """
    return [each for each in organisations if _bucket(each.external_id) % of == number - 1]


def _bucket(external_id: str) -> int:
    """The same number on every machine and in every run."""
    return int.from_bytes(hashlib.sha256(external_id.encode()).digest()[:8], "big")


def bring(organisations: list[Organisation], report: Report, advance: Callable[[int], object] | None = None) -> None:
    """List them, a hundred to a transaction: killed anywhere, what was committed stays and a new run goes on."""
    node = lister()
    for start in range(0, len(organisations), PER_TRANSACTION):
        chunk = organisations[start : start + PER_TRANSACTION]
        with transaction.atomic():
            happened = [_list(node, organisation) for organisation in chunk]
        report.counts.update(happened)
        if advance is not None:
            advance(len(chunk))


def _list(node: Any, organisation: Organisation) -> str:
    _listing, happened = list_organisation(
        node,
        organisation.register,
        organisation.number,
        topics=organisation.topics,
        **organisation.fields,
    )
    return happened
