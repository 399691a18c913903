"""`manage.py areas FILE --level borough --metropolis London`: the areas people choose between on the atlas."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.db import transaction

from atlas import areas
from atlas.models import Area
from atlas.outlines import BadOutlines, Outline, read_outlines


class Command(BaseCommand):
    help = "Bring areas from a GeoJSON file of outlines; without a file, list those there are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="GeoJSON of polygons in degrees of WGS 84")
        parser.add_argument("--level", choices=Area.Level.values, help="what the file has")
        parser.add_argument("--name", default="name", help="the property with the name (name)")
        parser.add_argument("--code", default="", help="the property with the code in a register, if there is one")
        parser.add_argument("--within", default="", help="slug of the metropolis that boroughs lie in")
        parser.add_argument("--metropolis", default="", help="or its name: it is made of all of them together")
        parser.add_argument("--source", default="", help="who drew the outlines")
        parser.add_argument("--licence", default="")
        parser.add_argument("--forget", metavar="SLUG", help="take an area away with all that lies in it")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["forget"]:
            self._forget(options["forget"])
        elif options["file"]:
            self._bring(options)
        else:
            self._list()

    def _bring(self, options: dict[str, Any]) -> None:
        file, level = options["file"], options["level"]
        if not level:
            raise CommandError(f"--level: expected one of {', '.join(Area.Level.values)}")
        told = {"source": options["source"], "licence": options["licence"]}
        try:
            outlines = read_outlines(file)
            with transaction.atomic():
                within = self._metropolis(outlines, options, told) if level == Area.Level.BOROUGH else None
                names = {"name": options["name"], "code": options["code"]}
                counts = areas.bring(outlines, level, within=within, **names, **told)
        except BadOutlines as bad:
            said = str(bad)
            raise CommandError(said if said.startswith(file.name) else f"{file.name}: {said}") from bad
        if options["json"]:
            self.stdout.write(json.dumps(dict(counts)))
        else:
            said = ", ".join(f"{counts[word]} {word}" for word in ("new", "changed", "same"))
            self.stdout.write(f"{file.name}: {said}. Workers look at all cards again.")

    def _metropolis(self, outlines: list[Outline], options: dict[str, Any], told: dict[str, str]) -> Area:
        if bool(options["within"]) == bool(options["metropolis"]):
            raise CommandError(
                "boroughs lie in a metropolis: expected --within SLUG or --metropolis NAME, and not both"
            )
        if options["metropolis"]:
            return areas.metropolis(options["metropolis"], outlines, **told)
        return self._area(options["within"], "--within", level=Area.Level.METROPOLIS)

    def _forget(self, slug: str) -> None:
        number = areas.forget(self._area(slug, "--forget"))
        self.stdout.write(f"{number} areas are gone. Workers look at all cards again.")

    def _area(self, slug: str, option: str, **narrowed: str) -> Area:
        found = Area.objects.filter(**narrowed)
        area = found.filter(slug=slug).first()
        if area is None:
            known = ", ".join(found.values_list("slug", flat=True)[:20]) or "none yet"
            raise CommandError(f"{option}: expected the slug of an area, got {slug!r}; there are: {known}")
        return area

    def _list(self) -> None:
        for area in Area.objects.without_shapes():
            self.stdout.write(f"{'  ' * area.depth}{area.slug:30} {area.level:11} {area.name}")
