"""Which outline a point lies in: for rows whose point is exact. The steward supplies the outlines as GeoJSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from atlas.outlines import BadOutlines, Outline, read_outlines
from desk.bringing.report import BadFile

if TYPE_CHECKING:
    from pathlib import Path


class Areas:
    """Asked in the order of the files; the first outline that holds a point names it."""

    def __init__(self, outlines: Iterable[Outline] = ()) -> None:
        self.outlines = list(outlines)

    def around(self, lat: float, lon: float, names: Sequence[str]) -> str:
        """Its area in words, made of the properties called `names`; empty where no outline holds the point."""
        holds = next((outline for outline in self.outlines if names and outline.holds(lat, lon)), None)
        if holds is None:
            return ""
        said = dict.fromkeys(holds.properties.get(name, "") for name in names)
        return ", ".join(filter(None, said))[:100]


def read_areas(files: Sequence[Path]) -> Areas:
    """Raises BadFile for what is no GeoJSON of polygons (RFC 7946)."""
    try:
        return Areas(outline for path in files for outline in read_outlines(path))
    except BadOutlines as bad:
        raise BadFile(str(bad)) from bad
