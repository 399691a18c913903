"""`manage.py bring groups|places|gatherings|calls FILE --mapping M`: list what a public register has, on this node."""

from __future__ import annotations

import datetime as dt
import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.progress import Progress

from desk.bringing import reading, writing
from desk.bringing.areas import read_areas
from desk.bringing.calendars import MOST_DAYS, Window
from desk.bringing.kinds import KINDS, Kind
from desk.bringing.mapping import read_mapping
from desk.bringing.postcodes import read_gazetteer
from desk.bringing.report import BadFile, Report
from desk.bringing.rows import Found

POSTCODES = Path(settings.BASE_DIR) / "config" / "mappings" / "postcodes.yaml"


class Command(BaseCommand):
    help = "List what a table, a JSON file or a calendar has. Says first what would happen; --yes does it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=list(KINDS), help="what the file is about")
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", type=Path, required=True, help="a YAML file that says which column is what")
        parser.add_argument("--postcodes", type=Path, action="append", default=[], help="a table of points; repeatable")
        parser.add_argument("--areas", type=Path, action="append", default=[], help="GeoJSON of polygons; repeatable")
        parser.add_argument("--part", default="1/1", help="only one part of the file, such as 2/3")
        parser.add_argument("--from", dest="start", help="of a calendar: the first day, such as 2027-01-01 (today)")
        parser.add_argument("--days", type=int, default=365, help="of a calendar: how many days (365)")
        parser.add_argument("--yes", action="store_true", help="do it; without this, nothing is written")
        parser.add_argument(
            "--report", type=Path, help="write all that was refused, left out, cut or kept to this CSV file"
        )
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        part, window, report = self._part(options["part"]), self._window(options), Report()
        try:
            mapping = read_mapping(options["mapping"])
            if mapping.kind.word != options["what"]:
                raise BadFile(f"{options['mapping'].name}: kind: this mapping is for `bring {mapping.kind.word}`")
            gazetteer = read_gazetteer(options["postcodes"], POSTCODES)
            beside = reading.Beside(gazetteer, read_areas(options["areas"]), window)
            found = reading.read_file(options["file"], mapping, beside, report)
        except BadFile as bad:
            raise CommandError(str(bad)) from bad
        ours = reading.part_of(found, *part)
        report.counts.update({"taken": len(ours), "other parts": len(found) - len(ours)})
        writing.count_vanished(mapping, part, window, report)
        self._write(report, options["report"])
        if options["yes"]:
            self._bring(mapping.kind, ours, report)
        else:
            writing.look(mapping.kind, ours, report)
        self._write(report, options["report"])
        self._say(report, mapping.title, as_json=options["json"], done=options["yes"])

    def _part(self, said: str) -> tuple[int, int]:
        number, _, of = said.partition("/")
        if not (number.isdigit() and of.isdigit() and 1 <= int(number) <= int(of) <= 1000):
            raise CommandError(f"--part: expected a number of a number, such as 2/3, got {said!r}")
        return int(number), int(of)

    def _window(self, options: dict[str, Any]) -> Window:
        try:
            start = dt.date.fromisoformat(options["start"]) if options["start"] else timezone.localdate()
        except ValueError:
            raise CommandError(f"--from: expected a day such as 2027-01-01, got {options['start']!r}") from None
        if not 1 <= options["days"] <= MOST_DAYS or not 1900 <= start.year <= 2200:
            raise CommandError(f"--days: expected 1 to {MOST_DAYS}, and --from a year from 1900 to 2200")
        return Window(start, options["days"])

    def _write(self, report: Report, path: Path | None) -> None:
        """Before anything is listed: whoever asked for the report wants to know what it says. Again at the end."""
        try:
            if path is not None:
                report.write(path)
        except OSError as error:
            raise CommandError(f"--report: {path}: {error.strerror}") from error

    def _bring(self, kind: Kind, found: list[Found], report: Report) -> None:
        console = Console(stderr=True)
        with Progress(console=console, disable=not console.is_terminal) as progress:
            task = progress.add_task(f"Listing {kind.word}", total=len(found))
            writing.bring(kind, found, report, lambda done: progress.advance(task, done))

    def _say(self, report: Report, title: str, *, as_json: bool, done: bool) -> None:
        counts = report.summary()
        if as_json:
            self.stdout.write(json.dumps(counts))
            return
        self.stdout.write(title)
        for name, count in counts.items():
            self.stdout.write(f"  {name:24} {count:7}")
        for remark in report.remarks[:10]:
            self.stdout.write(f"  line {remark.line}, {remark.field}: {remark.value!r}: {remark.why}")
        if len(report.remarks) > 10:
            self.stdout.write(f"  and {len(report.remarks) - 10} more; --report FILE.csv writes them all")
        if not done:
            self.stdout.write("Nothing was written. Add --yes to list them.")
