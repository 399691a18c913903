"""What is near somebody: in the area they name, or around where they are. This node keeps neither."""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from atlas import porter, queries
from atlas.fieldtypes import BoxField, Spot
from atlas.filters import CardFilter
from atlas.models import Card
from atlas.placing import METRES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atlas.fieldtypes import Box
    from atlas.models import CardQuerySet

MOST = 4
AROUND = 5_000  # metres to each side of where somebody is
OVER = (*queries.CALLED_OFF, Card.State.CLOSED)


class Near(CardFilter):
    """As the list of the atlas, asked for `area` or `near` alone; a point leaves out what is further away."""

    @property
    def is_asked(self) -> bool:
        return bool(self.in_force)

    @cached_property
    def things(self) -> list[Card]:
        """At most four: what has a date, the soonest first, then places, then what is newest. At most five queries."""
        found: list[Card] = []
        for cards in self._in_turn():
            known = [card.pk for card in found]
            found += cards.exclude(pk__in=known).for_page()[: MOST - len(found)]
            if len(found) == MOST:
                break
        return found

    @cached_property
    def is_known(self) -> bool:
        """Whether the area is one of this node, or one that anything names."""
        return bool(self.things) or "area" not in self.in_force or bool(self.chosen_area) or self.qs.exists()

    @property
    def place(self) -> str:
        """What the area is called; empty for where somebody is."""
        return self.chosen_area.name if self.chosen_area else str(self.in_force.get("area", ""))

    @property
    def address(self) -> str:
        """Of all that is near, on the atlas."""
        asked = {name: self.data[name] for name in self.in_force if name != "near"}
        if "near" in self.in_force:
            asked["bbox"] = ",".join(f"{side:.3f}" for side in around(self.in_force["near"]))
        return f"{reverse('atlas')}?{urlencode(asked)}"

    def by_near(self, found: CardQuerySet, name: str, value: Any) -> CardQuerySet:
        return self.by_bbox(found, name, around(value))

    def _in_turn(self) -> Iterator[CardQuerySet]:
        now = timezone.now()
        ahead = Q(ends__gte=now) | Q(ends__isnull=True) & (Q(starts__isnull=True) | Q(starts__gte=now))
        holding = self.qs.filter(ahead).exclude(state__in=OVER)
        yield queries.soonest_from(now, holding)
        yield holding.filter(kind__in=porter.kinds_of(porter.PLACES)).newest_first()
        yield holding.filter(source="").newest_first()  # what was copied from a register does not crowd the others out
        yield holding.newest_first()


def around(spot: Spot) -> Box:
    """The part of the map that is near a point: to about a kilometre, whatever was sent."""
    lat, lon = round(spot.lat, 2), round(spot.lon, 2)
    up = AROUND / METRES
    along = up / max(math.cos(math.radians(lat)), 0.01)
    box = BoxField().clean(f"{lon - along},{max(lat - up, -90)},{lon + along},{min(lat + up, 90)}")
    assert box is not None  # something was there to be cleaned
    return box
