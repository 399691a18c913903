"""`manage.py bring groups FILE --mapping M`: list the organisations of a public register on this node."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from rich.console import Console
from rich.progress import Progress

from desk.bringing import organisations
from desk.bringing.mapping import read_mapping
from desk.bringing.postcodes import read_gazetteer
from desk.bringing.report import BadFile, Report
from desk.bringing.rows import Organisation

POSTCODES = Path(settings.BASE_DIR) / "config" / "mappings" / "postcodes.yaml"


class Command(BaseCommand):
    help = "List organisations from a table. Says first what would happen; --yes does it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["groups"], help="what the table is about")
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", type=Path, required=True, help="a YAML file that says which column is what")
        parser.add_argument("--postcodes", type=Path, action="append", default=[], help="a table of points; repeatable")
        parser.add_argument("--part", default="1/1", help="only one part of the organisations, such as 2/3")
        parser.add_argument("--yes", action="store_true", help="do it; without this, nothing is written")
        parser.add_argument("--report", type=Path, help="write all that was refused, left out or cut to this CSV file")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        part = self._part(options["part"])
        report = Report()
        try:
            mapping = read_mapping(options["mapping"])
            gazetteer = read_gazetteer(options["postcodes"], POSTCODES)
            found = organisations.read_organisations(options["file"], mapping, gazetteer, report)
        except BadFile as bad:
            raise CommandError(str(bad)) from bad
        ours = organisations.part_of(found, *part)
        report.counts.update({"organisations": len(ours), "other parts": len(found) - len(ours)})
        if options["report"]:
            self._write(report, options["report"])
        if options["yes"]:
            self._bring(ours, report)
        self._say(report, mapping.title, as_json=options["json"], done=options["yes"])

    def _part(self, said: str) -> tuple[int, int]:
        number, _, of = said.partition("/")
        if not (number.isdigit() and of.isdigit() and 1 <= int(number) <= int(of) <= 1000):
            raise CommandError(f"--part: expected a number of a number, such as 2/3, got {said!r}")
        return int(number), int(of)

    def _write(self, report: Report, path: Path) -> None:
        """Before anything is listed: whoever asked for the report wants to know what it says."""
        try:
            report.write(path)
        except OSError as error:
            raise CommandError(f"--report: {path}: {error.strerror}") from error

    def _bring(self, found: list[Organisation], report: Report) -> None:
        console = Console(stderr=True)
        with Progress(console=console, disable=not console.is_terminal) as progress:
            task = progress.add_task("Listing organisations", total=len(found))
            organisations.bring(found, report, lambda done: progress.advance(task, done))

    def _say(self, report: Report, title: str, *, as_json: bool, done: bool) -> None:
        counts = report.summary()
        if as_json:
            self.stdout.write(json.dumps(counts))
            return
        self.stdout.write(title)
        for name, count in counts.items():
            self.stdout.write(f"  {name:16} {count:7}")
        for remark in report.remarks[:10]:
            self.stdout.write(f"  line {remark.line}, {remark.field}: {remark.value!r}: {remark.why}")
        if len(report.remarks) > 10:
            self.stdout.write(f"  and {len(report.remarks) - 10} more; --report FILE.csv writes them all")
        if not done:
            self.stdout.write("Nothing was written. Add --yes to list them.")
