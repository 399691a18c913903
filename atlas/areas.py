"""The areas of this node: what its steward brings from a file of outlines, the widest first.

A metropolis, its boroughs, their wards. Cards learn where they lie from workers, see `atlas.placing`.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import shapely
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from atlas.models import Area, Card
from atlas.outlines import BadOutlines, Outline
from atlas.placing import holds, place_again

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

FINEST = 0.0002  # degrees, about 20 metres: outlines are kept no finer
DECIMALS = 0.00001  # degrees, about a metre


def bring(
    outlines: Sequence[Outline],
    level: str,
    *,
    name: str,
    code: str = "",
    within: Area | None = None,
    source: str = "",
    licence: str = "",
) -> Counter[str]:
    """Make areas of outlines, or bring those of the same code or name up to date; all of them, or none.

    `name` and `code` are the properties that hold each. Boroughs lie `within` a metropolis; a ward's borough is the one
    that holds it. Raises BadOutlines naming the feature. Cards are looked at again by workers. Returns how many are
    new, changed and the same.
    """
    counted: Counter[str] = Counter()
    with transaction.atomic():
        for number, outline in enumerate(outlines, start=1):
            try:
                broader = _borough_of(outline) if level == Area.Level.WARD else within
                values = {"level": level, "broader": broader, "source": source, "licence": licence}
                counted[_keep(outline, _said(outline, name), _said(outline, code) if code else "", values)] += 1
            except BadOutlines as bad:
                raise BadOutlines(f"feature {number}: {bad}") from bad
        if counted["new"] or counted["changed"]:
            place_again()
    return counted


def metropolis(name: str, outlines: Sequence[Outline], *, source: str = "", licence: str = "") -> Area:
    """The metropolis of that name, around all of the outlines of its boroughs."""
    whole = Outline(shapely.union_all([outline.shape for outline in outlines]), {"name": name})
    bring([whole], Area.Level.METROPOLIS, name="name", source=source, licence=licence)
    return Area.objects.get(level=Area.Level.METROPOLIS, name=name)


def forget(area: Area) -> int:
    """Take an area away with all that lies in it; returns how many. Nothing else goes: cards lose where they lie."""
    with transaction.atomic():
        gone = Area.objects.below(area)
        number = gone.count()
        Card.objects.filter(within__in=gone).update(within=None)
        for depth in range(2, -1, -1):
            gone.filter(depth=depth).delete()
        place_again()
    return number


def _said(outline: Outline, name: str) -> str:
    said = outline.properties.get(name, "").strip()
    if not said:
        known = ", ".join(sorted(outline.properties)) or "none"
        raise BadOutlines(f"properties: expected {name!r} with some words, got these properties: {known}")
    longest = int(getattr(Area._meta.get_field("name"), "max_length", 0))
    if len(said) > longest:
        raise BadOutlines(f"{name}: expected at most {longest} characters, got {said[:40]!r}…")
    return said


def _borough_of(outline: Outline) -> Area:
    inside = outline.shape.representative_point()
    for area in Area.objects.around(inside.y, inside.x).filter(level=Area.Level.BOROUGH).without_shapes():
        if holds(area, inside.y, inside.x):
            return area
    raise BadOutlines(f"coordinates: no borough holds {inside.y:.4f}, {inside.x:.4f}; bring the boroughs first")


def _keep(outline: Outline, name: str, code: str, values: dict[str, Any]) -> str:
    level, broader = values["level"], values["broader"]
    same = {"code": code} if code else {"name": name, "broader": broader}
    held = Area.objects.filter(level=level, **same).first()
    area = held or Area(slug=_free_slug(name, broader))
    values |= {"name": name, "code": code, **_drawn(outline.shape)}
    values |= {"depth": broader.depth + 1 if broader else 0, "path": f"{broader.path if broader else ''}{area.slug}/"}
    if held and all(getattr(held, column) == value for column, value in values.items()):
        return "same"
    for column, value in values.items():
        setattr(area, column, value)
    area.changed_at = timezone.now()
    area.save()
    return "changed" if held else "new"


def _drawn(shape: BaseGeometry) -> dict[str, Any]:
    coarse = shapely.set_precision(shape.simplify(FINEST), DECIMALS)
    kept = shapely.make_valid(coarse) if not coarse.is_empty else shape
    west, south, east, north = kept.bounds
    return {"shape": json.loads(shapely.to_geojson(kept)), "west": west, "south": south, "east": east, "north": north}


def _free_slug(name: str, broader: Area | None) -> str:
    """Of its name, with that of what it lies in where another area has it already."""
    longest = int(getattr(Area._meta.get_field("slug"), "max_length", 0))
    wanted = [slugify(name)[:longest] or "area"]
    if broader:
        wanted.append(f"{wanted[0]}-{broader.slug}"[:longest])
    wanted += [f"{wanted[0][: longest - 4]}-{number}" for number in range(2, 100)]
    taken = set(Area.objects.filter(slug__in=wanted).values_list("slug", flat=True))
    return next(slug for slug in wanted if slug not in taken)
