"""Which area a card lies in: the smallest that holds its point, else the one its words name."""

from __future__ import annotations

import math
from functools import lru_cache, reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.text import slugify

from atlas.models import Area, Card
from journal import errand, errand_kind

if TYPE_CHECKING:
    import datetime as dt

    from journal.models import Errand

AT_ONCE = 500  # cards of one errand
METRES = 111_320  # of a degree of latitude


def area_of(lat: float | None, lon: float | None, accuracy: int | None, words: str) -> Area | None:
    """The smallest area that holds a point, or, without a point, the one its words name; None where there is none.

    `accuracy` is in metres: a point that may be anywhere within a kilometre lies in no ward of half that size.
    """
    if lat is None or lon is None:
        return area_called(words)
    near = Area.objects.around(lat, lon).without_shapes()
    return next((area for area in near if _width(area) >= (accuracy or 0) and holds(area, lat, lon)), None)


def holds(area: Area, lat: float, lon: float) -> bool:
    """Whether a point lies in an area or on its edge."""
    import shapely  # with numpy 30 MB, which a node without areas need not hold

    return bool(_shape(area.pk, area.changed_at).covers(shapely.Point(lon, lat)))


def area_called(words: str) -> Area | None:
    """“12 High Street, Camden, London”: the area of the first part that names one. Where several have that name, the
    one that lies in what is named behind it; a name that fits several all the same names none."""
    parts = [part.strip() for part in words.split(",") if part.strip()]
    if not parts:
        return None
    named = reduce(or_, (Q(name__iexact=part) for part in parts))
    found = list(Area.objects.filter(named).without_shapes())
    for place, part in enumerate(parts):
        fitting = [area for area in found if area.name.casefold() == part.casefold()]
        if len(fitting) > 1:
            behind = {slugify(other) for other in parts[place + 1 :]}
            fitting = [area for area in fitting if behind & set(area.slugs[:-1])]
        if fitting:
            return fitting[0] if len(fitting) == 1 else None
    return None


def _width(area: Area) -> float:
    """Of its box, from west to east, in metres."""
    middle = math.radians((area.south + area.north) / 2)
    return (area.east - area.west) * METRES * math.cos(middle)


@lru_cache(maxsize=256)
def _shape(pk: int, changed_at: dt.datetime) -> Any:
    """The outline as it was drawn at a moment, ready to be asked often."""
    import shapely
    from shapely.geometry import shape

    drawn = shape(Area.objects.values_list("shape", flat=True).get(pk=pk))
    shapely.prepare(drawn)
    return drawn


def place_again() -> None:
    """Have the workers look where every card lies, from the first; inside a transaction."""
    errand("atlas.place_cards", payload={"after": 0}, key="all")


@errand_kind("atlas.place_cards")
def place_cards(each: Errand) -> None:
    """Some cards, and an errand for the others: killed in the middle, it goes on there."""
    cards = list(Card.objects.select_for_update().filter(pk__gt=each.payload["after"]).order_by("pk")[:AT_ONCE])
    for card in cards:
        card.within = area_of(card.lat, card.lon, card.accuracy, card.area)
    Card.objects.bulk_update(cards, ["within"])
    if len(cards) == AT_ONCE:
        errand("atlas.place_cards", payload={"after": cards[-1].pk}, key=f"after {cards[-1].pk}")
