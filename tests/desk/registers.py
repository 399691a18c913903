"""A small register on disk, and the command with which a steward brings it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import yaml
from django.core.management import call_command

from cop.models import Listing

HEADER = ("org_id", "name", "activities", "postcode", "web", "active", "codes")
MAPPING: dict[str, Any] = {
    "title": "Associations of the city",
    "kind": "listing",
    "source": {
        "name": "Register of associations",
        "url": "https://register.example/",
        "licence": "Open Government Licence v3.0",
        "licence_url": "https://register.example/licence",
        "attribution": "Contains information from the register, © the City.",
        "record_url": "https://register.example/{external_id}",
    },
    "language": "en",
    "only": {"active": "yes"},
    "columns": {
        "external_id": {"column": "org_id", "required": True},
        "name": {"column": "name", "required": True, "max": 200},
        "summary": {"first_of": ["activities"], "max": 1000},
        "postcode": {"column": "postcode", "format": "postcode", "when_bad": "leave-out"},
        "url": {"column": "web", "format": "url", "when_bad": "leave-out"},
    },
    "topics": {
        "column": "codes",
        "separator": ";",
        "map": [{"topics": ["housing"], "codes": ["HO"]}, {"topics": ["planning"], "codes": ["PL"]}],
        "unmapped": ["XX"],
    },
}
SECTORS = "sector,outcode,latitude,longitude\nSE1 7,SE1,51.5010,-0.1180\nN1 9,N1,51.5330,-0.1130\n"
OUTCODES = (
    "postcode,latitude,longitude,town,region\n"
    "SE1,51.4980,-0.0900,Southwark,Greater London\n"
    "LE1,52.6350,-1.1300,Leicester,\n"
    "JE2,0,0,St Helier,\n"
)


def row(number: int, **more: str) -> dict[str, str]:
    """An organisation that nothing is wrong with."""
    return {
        "org_id": f"XX-CHC-{number}",
        "name": f"Association {number}",
        "activities": "We meet on Tuesdays.",
        "postcode": "SE1 7PB",
        "web": f"https://association-{number}.example",
        "active": "yes",
        "codes": "HO",
        **more,
    }


class Register:
    """`refused` and `remarks` are the lines of the report of the last time it was brought."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.table = folder / "register.csv"
        self.mapping = folder / "register.yaml"
        self.describe()
        self.remarks: list[dict[str, str]] = []

    def describe(self, **changed: Any) -> Path:
        """Write the mapping; None leaves a part out."""
        said = {name: value for name, value in {**MAPPING, **changed}.items() if value is not None}
        self.mapping.write_text(yaml.safe_dump(said, allow_unicode=True))
        return self.mapping

    def hold(self, *rows: dict[str, str], header: tuple[str, ...] = HEADER) -> Path:
        text = io.StringIO()
        table = csv.DictWriter(text, header)
        table.writeheader()
        table.writerows(rows)
        self.table.write_text(text.getvalue(), encoding="utf-8", newline="")
        return self.table

    def place(self, name: str, text: str) -> str:
        """The argument that has the command read a table of points."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return f"--postcodes={path}"

    def say(self, *arguments: str) -> str:
        """What the command prints. Raises CommandError."""
        said = io.StringIO()
        report = self.folder / "report.csv"
        mapped = f"--mapping={self.mapping}"
        call_command("bring", "groups", str(self.table), mapped, f"--report={report}", *arguments, stdout=said)
        self.remarks = list(csv.DictReader(report.read_text(encoding="utf-8").splitlines()))
        return said.getvalue()

    def look(self, *arguments: str) -> dict[str, int]:
        """The counts of a dry run."""
        counts: dict[str, int] = json.loads(self.say("--json", *arguments))
        return counts

    def bring(self, *arguments: str) -> dict[str, int]:
        """The counts of a run that lists."""
        return self.look("--yes", *arguments)

    @property
    def refused(self) -> list[tuple[str, str, str, str]]:
        """Line, field, value and why of every refused row."""
        return self._remarked("refused")

    @property
    def kept_without(self) -> list[tuple[str, str, str, str]]:
        """Line, field, value and why of every value left out of a row that was kept."""
        return self._remarked("kept without the value")

    @property
    def cut(self) -> list[tuple[str, str, str, str]]:
        """Line, field, value and why of every value of which only the beginning was kept."""
        return self._remarked("kept, the value cut")

    def _remarked(self, outcome: str) -> list[tuple[str, str, str, str]]:
        return [
            (each["line"], each["field"], each["value"], each["why"]) for each in self.remarks if each["row"] == outcome
        ]


def listed(number: int) -> Listing:
    return Listing.objects.get(register="XX-CHC", register_id=str(number))
