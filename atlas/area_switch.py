"""One switch for how far somebody looks: a ward, its borough, the metropolis, the world."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from atlas.models import Area

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Step:
    """One width of the view: its name, its address, and what kind of area it is."""

    name: str
    url: str
    level: str
    is_current: bool = False


@dataclass(frozen=True)
class Switch:
    """The steps from the widest to the area looked at, and those one can go into from there."""

    steps: list[Step]
    narrower: list[Step] = field(default_factory=list)
    narrower_level: str = ""


def switch(chosen: Area | None, address: Callable[[str], str]) -> Switch | None:
    """For the area looked at; None where this node knows no areas. `address` makes that of the page for an area's name,
    empty for the world. Two queries."""
    known = Area.objects.without_shapes()
    around = list(known.filter(slug__in=chosen.slugs).order_by("depth")) if chosen else []
    inside = list(known.filter(broader=chosen).order_by("name"))
    if not around and not inside:
        return None
    steps = [Step(_("The world"), address(""), "", is_current=chosen is None)]
    names: list[str] = []
    for area in around:
        names.insert(0, area.name)
        steps.append(Step(area.name, address(", ".join(names)), area.get_level_display(), area == chosen))
    narrower = [Step(area.name, address(", ".join([area.name, *names])), area.get_level_display()) for area in inside]
    return Switch(steps, narrower, inside[0].get_level_display() if inside else "")
