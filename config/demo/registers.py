"""Which registers of `--data DIR` the demo lists, and how `bring` is asked to."""

from __future__ import annotations

import csv
import shutil
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

MAPPINGS = Path(settings.BASE_DIR) / "config" / "mappings"
POSTCODES = (Path("geo/postcodes/london-postcode-sectors.csv"), Path("geo/postcodes/uk-outcodes.csv"))
AREAS = (Path("geo/london/town-centres.geojson"),)
EDITED = 10  # rows of each register, in the copy that is brought last


@dataclass(frozen=True)
class Register:
    """`kind` is what its rows become; `edited` the column that changes in a copy, `key` the columns that name a row."""

    word: str
    kind: str
    table: Path
    mapping: str
    key: tuple[str, ...]
    edited: str
    text: str
    only: tuple[str, str] = ("", "")

    @property
    def name(self) -> str:
        return self.table.stem

    def arguments(self, data: Path, part: str) -> list[str]:
        """For `manage.py bring`. Tables of points and areas that are not there are done without."""
        points = [data / each for each in POSTCODES if (data / each).is_file()]
        areas = [data / each for each in AREAS if (data / each).is_file()]
        return [
            self.word,
            str(data / self.table),
            f"--mapping={MAPPINGS / self.mapping}",
            *(f"--postcodes={table}" for table in points if self.kind == "listing"),
            *(f"--areas={file}" for file in areas if self.kind == "place"),
            f"--part={part}",
            "--yes",
            "--json",
        ]

    def edit(self, data: Path, copy: Path) -> None:
        """The same table in the folder `copy`, with other words in `EDITED` of its rows."""
        with (data / self.table).open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
        column, value = self.only
        done: set[tuple[str, ...]] = set()
        for row in rows:
            key = tuple(row[name] for name in self.key)
            if len(done) < EDITED and key not in done and (not column or row[column] == value):
                row[self.edited] = self.text
                done.add(key)
        target = copy / self.table
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, list(rows[0]))
            table.writeheader()
            table.writerows(rows)


CHARITIES = Register(
    word="groups",
    kind="listing",
    table=Path("organisations/charities-london-sample.csv"),
    mapping="charities-london.yaml",
    key=("org_id",),
    edited="activities",
    text="Edited for the demo.",
    only=("active", "True"),
)
CENTRES = Register(
    word="places",
    kind="place",
    table=Path("geo/london/places/community-centres-2019.csv"),
    mapping="community-centres-2019.yaml",
    key=("name", "address1", "address2", "address3", "borough_name"),
    edited="website",
    text="https://edited.example/",
)
LIBRARIES = Register(
    word="places",
    kind="place",
    table=Path("geo/london/places/libraries-2023.csv"),
    mapping="libraries-2023.yaml",
    key=("name", "address1", "address2", "address3", "borough_name"),
    edited="website",
    text="https://edited.example/",
)
REGISTERS = (CHARITIES, CENTRES, LIBRARIES)


def there(data: Path) -> tuple[Register, ...]:
    """Those whose table lies in the folder."""
    return tuple(register for register in REGISTERS if (data / register.table).is_file())


def edited_copy(data: Path, copy: Path) -> None:
    """Every register with its edited rows, and the tables beside them, in the folder `copy`."""
    for register in there(data):
        register.edit(data, copy)
    for path in (*POSTCODES, *AREAS):
        if (data / path).is_file():
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(data / path, copy / path)
