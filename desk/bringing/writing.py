"""Listing what was read: a hundred to a transaction, so that a run killed anywhere goes on where it was."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cop.actions.listings import lister
from desk.bringing import keeping
from desk.bringing.reading import is_in_part
from desk.models import Brought
from federation import actors

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from desk.bringing.calendars import Window
    from desk.bringing.keeping import Plan
    from desk.bringing.kinds import Kind
    from desk.bringing.mapping import Mapping
    from desk.bringing.report import Report
    from desk.bringing.rows import Found
    from federation.models import Actor

PER_TRANSACTION = 100


def look(kind: Kind, found: Sequence[Found], report: Report) -> None:
    """What `bring` would do with each, written nowhere but into the report."""
    for start in range(0, len(found), PER_TRANSACTION):
        for each in keeping.plan(kind, found[start : start + PER_TRANSACTION]):
            _tell(each, report)


def bring(kind: Kind, found: Sequence[Found], report: Report, advance: Callable[[int], object] | None = None) -> None:
    """List them. A second run changes nothing, also one at the same time; what was edited here is kept and told."""
    node = lister()
    for start in range(0, len(found), PER_TRANSACTION):
        chunk = found[start : start + PER_TRANSACTION]
        with transaction.atomic():
            actors.one_at_a_time(node)  # two runs take turns, and each sees what the other has listed
            for each in keeping.plan(kind, chunk, for_writing=True):
                _write(kind, node, each, report)
        if advance is not None:
            advance(len(chunk))


def _write(kind: Kind, node: Actor, each: Plan, report: Report) -> None:
    """One row whole or not at all: what the database refuses is told, and the rows beside it are listed."""
    try:
        with transaction.atomic():
            if each.happens in {"new", "changed"}:
                row, _happened = kind.list_one(node, each.found.register, each.found.number, **each.changes)
            else:
                row = each.held
            if row.withdrawn_at is None:
                _remember(row.uri, each)
    except IntegrityError as error:
        report.refuse(
            each.found.line,
            "row",
            each.found.external_id,
            _("the database cannot hold it: %(error)s") % {"error": str(error)[:200]},
        )
        report.counts["taken"] -= 1
        return
    _tell(each, report)


def _remember(uri: str, each: Plan) -> None:
    """What the register says now, where that is new."""
    if each.remembered is not None and each.remembered.values == each.said:
        return
    Brought.objects.update_or_create(
        uri=uri,
        defaults={
            "register": each.found.register,
            "register_id": each.found.number,
            "values": each.said,
            "brought_at": timezone.now(),
        },
    )


def _tell(each: Plan, report: Report) -> None:
    report.counts[each.happens] += 1
    for name, (theirs, ours) in each.kept.items():
        report.keep_value(each.found.line, name, _shown(theirs), _shown(ours))


def _shown(value: object) -> str:
    return "" if value is None else str(value)


def count_vanished(mapping: Mapping, part: tuple[int, int], window: Window, report: Report) -> None:
    """Of this part, what is listed from the same source and not in the file any more. It stays until somebody acts."""
    ahead = None
    if mapping.format == "ics":
        ahead = dt.datetime.combine(window.start, dt.time(), dt.UTC)
    gone = keeping.vanished(mapping.kind, mapping.source["name"], report.seen, ahead_of=ahead)
    report.counts["not in the file any more"] = sum(is_in_part(key, *part) for key in gone)
