"""Which polygon a point lies in: for rows whose point is exact. The steward supplies the polygons as GeoJSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from desk.bringing.report import BadFile
from federation.bounded import BadDocument, parse_json

if TYPE_CHECKING:
    from pathlib import Path

LARGEST_FILE = 20_000_000  # bytes
MOST_POINTS = 500_000
Ring = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Polygon:
    """`rings` are the outline and its holes, in degrees lon, lat; `box` is west, south, east, north."""

    rings: Sequence[Ring]
    box: tuple[float, float, float, float]
    properties: dict[str, str]

    def holds(self, lat: float, lon: float) -> bool:
        """Even-odd: a ray to the east crosses the rings an odd number of times. A hole takes its inside out again."""
        west, south, east, north = self.box
        if not (west <= lon <= east and south <= lat <= north):
            return False
        inside = False
        for ring in self.rings:
            for (lon1, lat1), (lon2, lat2) in zip(ring, [*ring[1:], ring[0]], strict=True):
                if (lat1 > lat) != (lat2 > lat) and lon < lon1 + (lat - lat1) / (lat2 - lat1) * (lon2 - lon1):
                    inside = not inside
        return inside


class Areas:
    """Asked in the order of the files; the first polygon that holds a point names it."""

    def __init__(self, polygons: Iterable[Polygon] = ()) -> None:
        self.polygons = list(polygons)

    def around(self, lat: float, lon: float, names: Sequence[str]) -> str:
        """Its area in words, made of the properties called `names`; empty where no polygon holds the point."""
        holds = next((polygon for polygon in self.polygons if names and polygon.holds(lat, lon)), None)
        if holds is None:
            return ""
        said = dict.fromkeys(holds.properties.get(name, "") for name in names)
        return ", ".join(filter(None, said))[:100]


def read_areas(files: Sequence[Path]) -> Areas:
    """Raises BadFile for what is no GeoJSON of polygons (RFC 7946)."""
    return Areas(polygon for path in files for polygon in _polygons(path))


def _polygons(path: Path) -> list[Polygon]:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise BadFile(f"{path.name}: expected at most {LARGEST_FILE} bytes")
        found = parse_json(path.read_bytes(), max_bytes=LARGEST_FILE, max_list=MOST_POINTS)
        return [each for feature in found["features"] for each in _of_feature(feature)]
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror}") from error
    except BadDocument as bad:
        raise BadFile(f"{path.name}: {bad}") from bad
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        if isinstance(error, BadFile):
            raise
        raise BadFile(f"{path.name}: expected GeoJSON features with polygons, got {error!r:.100}") from error


def _of_feature(feature: Any) -> list[Polygon]:
    geometry = feature["geometry"]
    parts = {"Polygon": [geometry["coordinates"]], "MultiPolygon": geometry["coordinates"]}.get(geometry["type"])
    if parts is None:
        raise ValueError(geometry["type"])
    properties = {str(name): str(value) for name, value in feature["properties"].items() if value is not None}
    return [_polygon(rings, properties) for rings in parts]


def _polygon(rings: Any, properties: dict[str, str]) -> Polygon:
    found = [[(float(point[0]), float(point[1])) for point in ring] for ring in rings]
    lons, lats = zip(*found[0], strict=True)
    return Polygon(found, (min(lons), min(lats), max(lons), max(lats)), properties)
