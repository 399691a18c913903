"""From postcodes to points, by tables the steward supplies. Their format: `config/mappings/postcodes.yaml`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from desk.bringing.descriptions import read_yaml
from desk.bringing.report import BadFile
from desk.bringing.tables import header_of, rows_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# The shape of a whole United Kingdom postcode, without its space.
WHOLE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9])[A-Z]{2}")


@dataclass(frozen=True)
class Point:
    """Degrees WGS 84; `accuracy` in metres; the area in words; whom to thank, word for word."""

    lat: float
    lon: float
    accuracy: int
    area: str
    attribution: str


class Gazetteer:
    """Asks its tables in order; the first that knows a postcode places it."""

    def __init__(self) -> None:
        self.tables: list[tuple[str, dict[str, Point]]] = []

    def find(self, postcode: str) -> Point | None:
        whole = WHOLE.fullmatch(postcode.replace(" ", ""))
        if whole is None:
            return None
        keys = {"outcode": whole[1], "sector": f"{whole[1]} {whole[2]}"}
        return next((points[keys[by]] for by, points in self.tables if keys[by] in points), None)


def tidy(postcode: str) -> str | None:
    """`se17pb` as `SE1 7PB`; None for one that is not whole."""
    whole = WHOLE.fullmatch(postcode.upper().replace(" ", ""))
    return f"{whole[1]} {whole[0][len(whole[1]) :]}" if whole else None


def read_gazetteer(files: Sequence[Path], description: Path) -> Gazetteer:
    """Each file is recognised by its columns. Raises BadFile for one that no description fits, or a bad row."""
    described = read_yaml(description).get("tables") or []
    found: dict[int, dict[str, Point]] = {}
    for path in files:
        columns = header_of(path)
        place = next(
            (number for number, table in enumerate(described) if set(table["columns"].values()) <= columns), None
        )
        if place is None:
            wanted = "; ".join(", ".join(table["columns"].values()) for table in described)
            raise BadFile(
                f"{path.name}: expected the columns of a known table ({wanted}), got {', '.join(sorted(columns))}"
            )
        found[place] = _read_table(path, described[place])
    gazetteer = Gazetteer()
    gazetteer.tables = [(described[number]["key"], found[number]) for number in sorted(found)]
    return gazetteer


def _read_table(path: Path, table: dict[str, Any]) -> dict[str, Point]:
    columns, bounds, points = table["columns"], table["bounds"], {}
    for line, row in rows_of(path, set(columns.values()), delimiter=table.get("delimiter", ",")):
        key = row[columns[table["key"]]].strip().upper()
        try:
            lat, lon = float(row[columns["latitude"]]), float(row[columns["longitude"]])
        except ValueError:
            continue  # rows without a point: retired districts
        if not (bounds["south"] <= lat <= bounds["north"] and bounds["west"] <= lon <= bounds["east"]):
            if table["key"] == "outcode":
                continue  # the Channel Islands and the Isle of Man have rows at 0, 0
            raise BadFile(
                f"{path.name}: line {line}: latitude, longitude: expected a point in {bounds}, got {lat}, {lon}"
            )
        area = _area(table.get("area") or {}, row)
        points[key] = Point(lat, lon, int(table["accuracy_m"]), area, table["source"]["attribution"])
    return points


def _area(said: dict[str, Any], row: dict[str, str]) -> str:
    if "text" in said:
        return str(said["text"])[:100]
    return next((row[name].strip()[:100] for name in said.get("first_of", []) if row.get(name, "").strip()), "")
