"""The cards as points for a map: one by one up to MOST_POINTS, above that gathered into squares with a count."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Avg, Count, F, Min
from django.db.models.expressions import Combinable

from atlas import cells, queries
from atlas.filters import kind_word
from atlas.models import Card
from atlas.timezones import in_utc
from frontend import shell

if TYPE_CHECKING:
    from atlas.fieldtypes import Box
    from atlas.models import CardQuerySet
    from atlas.tallies import Spot, Tally

    Json = dict[str, Any]

MOST_POINTS = 500  # an old machine takes 230 ms until it paints the first of 1,400, and 85 ms with 450
METROPOLIS = 10  # the zoom level at which a metropolis fills a screen
DECIMALS = 6  # of a degree: 0.1 m


def collection(cards: CardQuerySet, *, box: Box | None, zoom: int | None, tally: Tally | None = None) -> Json:
    """A GeoJSON FeatureCollection (RFC 7946) of the cards that have a point, in the order of the list.

    `numberMatched` counts all of them; of what was gathered from a `tally`, all in the squares that touch the box. A
    gathered point has `cluster`, its count, and stands in the middle of what it holds.
    """
    placed = cards.filter(cell__isnull=False)
    zoom = zoom if zoom is not None else zoom_for(box)
    if tally is not None and (spots := tally.spots(zoom, box)) is not None:
        count = sum(spot.number for spot in spots)
        if count > MOST_POINTS:
            return _of(_from_spots(tally, spots, zoom, box), count)
    count = placed.order_by().count()
    if count > MOST_POINTS:
        features = gathered(placed, zoom)
    else:
        features = [_feature(card, flag) for card, flag in _with_flags(placed)]
    return _of(features, count)


def _of(features: list[Json], count: int) -> Json:
    return {"type": "FeatureCollection", "numberMatched": count, "features": features}


def _from_spots(tally: Tally, spots: list[Spot], zoom: int, box: Box | None) -> list[Json]:
    """What was counted already, on a coarser grid where that is more than MOST_POINTS."""
    while len(spots) > MOST_POINTS and zoom > 0:
        zoom -= 1
        spots = tally.spots(zoom, box) or []
    alone = Card.objects.filter(pk__in=[spot.pk for spot in spots if spot.pk is not None])
    return [
        *(_point(spot.lon, spot.lat, {"cluster": spot.number}) for spot in spots if spot.pk is None),
        *(_feature(card, flag) for card, flag in _with_flags(alone)),
    ]


def one_by_one(cards: CardQuerySet, most: int) -> Json:
    """As `collection`, never gathered: the first `most` points of the list, to take away.

    They leave this node, so their pages have whole addresses; dates are in UTC.
    """
    placed = cards.filter(cell__isnull=False)
    flags = queries.flags_of(placed)
    features = [_taken(card, flags.get(card.pk, "")) for card in placed.select_related("node")[:most]]
    return {"type": "FeatureCollection", "numberMatched": placed.count(), "features": features}


def gathered(placed: CardQuerySet, zoom: int) -> list[Json]:
    """One point per square of the zoom level's grid, or of a coarser one where those are more than MOST_POINTS.

    A square with one card is that card.
    """
    zoom = _coarse_enough(placed, zoom)
    squares = placed.order_by().annotate(square=_square(zoom)).values("square")
    counted = squares.annotate(count=Count("pk"), lat=Avg("lat"), lon=Avg("lon"), first=Min("pk")).order_by("square")
    many = [square for square in counted if square["count"] > 1]
    alone = placed.model.objects.filter(pk__in=[square["first"] for square in counted if square["count"] == 1])
    return [
        *(_point(square["lon"], square["lat"], {"cluster": square["count"]}) for square in many),
        *(_feature(card, flag) for card, flag in _with_flags(alone)),
    ]


def _square(zoom: int) -> Combinable:
    """The number of the square that a card's cell lies in, at a zoom level."""
    return F("cell").bitrightshift(cells.shift_for(zoom))


def _coarse_enough(placed: CardQuerySet, zoom: int) -> int:
    """The level nearest to `zoom` at which at most MOST_POINTS squares hold anything."""
    while zoom > 0:
        squares = placed.order_by().annotate(square=_square(zoom)).values("square")
        count = squares.distinct().count()
        if count <= MOST_POINTS:
            break
        zoom -= math.ceil(math.log(count / MOST_POINTS, 4))  # a step out leaves at least a quarter of the squares
    return zoom


def zoom_for(box: Box | None) -> int:
    """The level at which a part of the map fills about a thousand pixels."""
    if box is None:
        return METROPOLIS
    width = (box.east - box.west) % 360 or 360
    return max(0, min(22, round(math.log2(4 * 360 / width))))


def _with_flags(cards: CardQuerySet) -> list[tuple[Card, str]]:
    flags = queries.flags_of(cards)
    return [(card, flags.get(card.pk, "")) for card in cards.select_related("node")]


def _feature(card: Card, flag: str) -> Json:
    properties: Json = {
        "uri": card.uri,
        "url": card.url,
        "kind": card.kind,
        "kind_word": kind_word(card.kind),
        "title": card.title,
        "summary": card.summary,
        "language": card.language,
        "topic": flag,
        "node": str(card.node) if card.node else shell.node_name(),
    }
    if card.accuracy:
        properties["accuracy"] = card.accuracy
    return {**_point(card.lon, card.lat, properties), "id": card.uri}


def _taken(card: Card, flag: str) -> Json:
    feature = _feature(card, flag)
    feature["properties"] |= {
        "url": f"{settings.ORIGIN}{card.url}",
        "from": card.group_name,
        "area": card.area,
        "starts": in_utc(card.starts).isoformat() if card.starts else None,
        "ends": in_utc(card.ends).isoformat() if card.ends else None,
        "state": card.state,
        "step_free": card.step_free,
        "source": card.source,
        "licence": card.licence,
        "updated": in_utc(card.updated).isoformat(),
    }
    return feature


def _point(lon: float | None, lat: float | None, properties: Json) -> Json:
    coordinates = [round(lon or 0, DECIMALS), round(lat or 0, DECIMALS)]
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": coordinates}, "properties": properties}
