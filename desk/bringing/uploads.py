"""Registers brought at the desk: a file is looked at, a steward reads the report and says yes, and it is listed.

The row of `desk.Import` is the truth. What was uploaded lies in a folder named by chance, is read as any file of a
stranger, and goes when it is no longer needed. Workers on other machines need the same MEDIA_ROOT.
"""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from desk.bringing import reading, writing
from desk.bringing.calendars import Window
from desk.bringing.descriptions import read_yaml
from desk.bringing.mapping import Mapping, read_mapping
from desk.bringing.report import BadFile, Report
from desk.models import Import
from journal import errand, errand_kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import User
    from desk.bringing.rows import Found
    from journal.models import Errand

MAPPINGS = Path(settings.BASE_DIR) / "config" / "mappings"
LARGEST_FILE = 10_000_000  # bytes
MOST_ROWS = 10_000
SHOWN = 20  # of the refusals, on the page
PER_ERRAND = 500  # rows; then other work has its turn
FILE, MAPPING, REPORT = "file", "mapping.yaml", "report.csv"
State = Import.State


def shipped() -> list[tuple[str, str]]:
    """The mappings that come with the program, by name, with their titles."""
    found = ((path.stem, read_yaml(path)) for path in sorted(MAPPINGS.glob("*.yaml")))
    return [(name, str(said.get("title", name))) for name, said in found if "kind" in said]


def shipped_file(name: str) -> Path | None:
    """Where the mapping of that name lies; None where none comes with the program."""
    return MAPPINGS / f"{name}.yaml" if name in dict(shipped()) else None


def begin(steward: User, name: str, chunks: Iterable[bytes], mapping: str, described: bytes | None) -> Import:
    """Keep what was uploaded and have it looked at. `mapping` is a shipped one, unless `described` has one of theirs.

    Raises BadFile for a mapping that is none.
    """
    folder = Path(secrets.token_hex(8))
    kept = _folder(str(folder))
    kept.mkdir(parents=True, mode=0o700)
    try:
        content = described if described is not None else (MAPPINGS / f"{mapping}.yaml").read_bytes()
        (kept / MAPPING).write_bytes(content)
        kind = read_mapping(kept / MAPPING).kind
        with (kept / FILE).open("wb") as file:
            file.writelines(chunks)
        with transaction.atomic():
            row = Import.objects.create(
                folder=str(folder),
                word=kind.word,
                name=_shown(name),
                mapping=_shown(mapping),
                by=steward,
                language=steward.language,
            )
            _ask("desk.look", row)
    except Exception:  # whatever happened, nothing of it stays
        shutil.rmtree(kept, ignore_errors=True)
        raise
    return row


def start(row: Import) -> bool:
    """The steward's word: from now on it is listed. False where it was said or refused before."""
    with transaction.atomic():
        changed = Import.objects.filter(pk=row.pk, state=State.CHECKED).update(state=State.BRINGING)
        if changed:
            _ask("desk.bring", row)
    return bool(changed)


def discard(row: Import) -> None:
    """Forget the file and its report. What was listed of it stays."""
    row.delete()
    shutil.rmtree(_folder(row.folder), ignore_errors=True)


def report_of(row: Import) -> Path:
    return _folder(row.folder) / REPORT


@errand_kind("desk.look", atomic=False)
def look(each: Errand) -> None:
    """What bringing it would do; looking twice says the same."""
    row = Import.objects.filter(pk=each.payload["import"], state=State.CHECKING).first()
    if row is None:
        return
    with translation.override(row.language):
        _look(row)


def _look(row: Import) -> None:
    report = Report()
    try:
        mapping, found = _read(row, report)
    except BadFile as bad:
        _refuse(row, str(bad))
        return
    report.counts["taken"] = len(found)
    writing.count_vanished(mapping, (1, 1), _window(row), report)
    writing.look(mapping.kind, found, report)
    report.write(report_of(row))
    refusals = [[each.line, each.field, each.value, each.why, each.outcome] for each in report.remarks[:SHOWN]]
    Import.objects.filter(pk=row.pk, state=State.CHECKING).update(
        state=State.CHECKED, counts=report.summary(), refusals=refusals, total=len(found), done=0
    )


@errand_kind("desk.bring", atomic=False)
def bring(each: Errand) -> None:
    """List the next rows, each hundred together with how far that is; then ask for the rest."""
    row = Import.objects.filter(pk=each.payload["import"], state=State.BRINGING).first()
    if row is None:
        return
    try:
        with translation.override(row.language):
            mapping, found = _read(row, Report())
    except BadFile as bad:
        _refuse(row, str(bad))
        return
    last = min(row.done + PER_ERRAND, len(found))
    for at in range(row.done, last, writing.PER_TRANSACTION):
        if not _bring_chunk(row, mapping, found, at):
            return  # another worker does this import as well, and is further
    with transaction.atomic():
        if last < len(found):
            _ask("desk.bring", row)
            return
        ended = Import.objects.filter(pk=row.pk, state=State.BRINGING)
        ended.update(state=State.DONE, ended_at=timezone.now())
    _forget_file(row)


def _bring_chunk(row: Import, mapping: Mapping, found: list[Found], at: int) -> bool:
    """A hundred rows and the row that counts them, in one transaction; False if `at` was done before."""
    report = Report()
    chunk = found[at : at + writing.PER_TRANSACTION]
    with transaction.atomic():
        held = Import.objects.select_for_update().filter(pk=row.pk, state=State.BRINGING, done=at).first()
        if held is None:
            return False
        before = held.counts if at else held.counts | dict.fromkeys(("new", "changed", "same", "kept"), 0)
        writing.bring(mapping.kind, chunk, report)
        told = ("new", "changed", "same", "kept", "refused", "taken")
        held.counts = before | {name: before.get(name, 0) + report.counts[name] for name in told}
        held.done, held.total = at + len(chunk), len(found)
        held.save(update_fields=["counts", "done", "total"])
    return True


def _read(row: Import, report: Report) -> tuple[Mapping, list[Found]]:
    """Raises BadFile, which calls the file what the steward calls it."""
    folder = _folder(row.folder)
    try:
        mapping = read_mapping(folder / MAPPING)
        found = reading.read_file(folder / FILE, mapping, reading.Beside(window=_window(row)), report)
    except BadFile as bad:
        raise BadFile(str(bad).replace(f"{folder / FILE}", row.name).replace(f"{FILE}: ", f"{row.name}: ", 1)) from bad
    if len(found) > MOST_ROWS:
        said = _("expected at most %(most)d rows at the desk; `manage.py bring` takes more") % {"most": MOST_ROWS}
        raise BadFile(f"{row.name}: {said}")
    return mapping, found


def _window(row: Import) -> Window:
    return Window(timezone.localdate(row.made_at))


def _refuse(row: Import, why: str) -> None:
    Import.objects.filter(pk=row.pk).update(state=State.FAILED, error=why[:1000], ended_at=timezone.now())
    _forget_file(row)


def _forget_file(row: Import) -> None:
    """The report stays until the steward throws it away."""
    for name in (FILE, MAPPING):
        (_folder(row.folder) / name).unlink(missing_ok=True)


def _folder(name: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "imports" / name


def _ask(kind: str, row: Import) -> None:
    errand(kind, payload={"import": row.pk}, key=f"import:{row.pk}")


def _shown(name: str) -> str:
    """What a file is called, for people to read; never a path."""
    return "".join(each for each in Path(name).name if each.isprintable())[:120] or "?"
