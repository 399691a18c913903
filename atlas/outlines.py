"""Outlines of areas as a steward has them: GeoJSON of polygons (RFC 7946), bounded before anything reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shapely
from shapely.geometry import shape as shape_of

from federation.bounded import BadDocument, parse_json, shortened

if TYPE_CHECKING:
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

LARGEST_FILE = 50_000_000  # bytes
MOST_POINTS = 500_000  # in one ring
POLYGONS = ("Polygon", "MultiPolygon")


class BadOutlines(ValueError):
    """A file, or one of its features, is no outline: which, what it holds, what is accepted."""


@dataclass(frozen=True)
class Outline:
    """A valid polygon or several, in WGS 84 degrees, lon before lat, with what the file says of it."""

    shape: BaseGeometry
    properties: dict[str, str]

    def holds(self, lat: float, lon: float) -> bool:
        """Whether a point lies in it or on its edge."""
        return bool(self.shape.covers(shapely.Point(lon, lat)))


def read_outlines(path: Path) -> list[Outline]:
    """The outlines of a file in its order. Raises BadOutlines."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise BadOutlines(f"{path.name}: expected at most {LARGEST_FILE} bytes")
        document = parse_json(path.read_bytes(), max_bytes=LARGEST_FILE, max_list=MOST_POINTS)
    except OSError as error:
        raise BadOutlines(f"{path}: {error.strerror}") from error
    except BadDocument as bad:
        raise BadOutlines(f"{path.name}: {bad}") from bad
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or not features:
        raise BadOutlines(f"{path.name}: expected a GeoJSON FeatureCollection with features")
    found = []
    for number, feature in enumerate(features, start=1):
        try:
            found.append(_outline(feature))
        except BadOutlines as bad:
            raise BadOutlines(f"{path.name}: feature {number}: {bad}") from bad
    return found


def _outline(feature: Any) -> Outline:
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in POLYGONS:
        raise BadOutlines(f"geometry: expected a {' or a '.join(POLYGONS)}, got {shortened(kind)}")
    try:
        drawn = shapely.make_valid(shape_of(geometry))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, shapely.errors.ShapelyError) as error:
        raise BadOutlines(f"coordinates: expected rings of at least four points, got {error!r:.100}") from error
    surfaces = [part for part in getattr(drawn, "geoms", [drawn]) if part.geom_type in POLYGONS]
    shape = shapely.union_all(surfaces)
    if shape.is_empty:
        raise BadOutlines("coordinates: expected an outline around something, got one without a surface")
    west, south, east, north = shape.bounds
    if not (west >= -180 and east <= 180 and south >= -90 and north <= 90):
        box = f"{west:.0f} {south:.0f} {east:.0f} {north:.0f}"
        raise BadOutlines(f"coordinates: expected degrees of WGS 84, longitude before latitude, got a box of {box}")
    said = feature.get("properties")
    properties = said if isinstance(said, dict) else {}
    return Outline(shape, {str(name): str(value) for name, value in properties.items() if value is not None})
