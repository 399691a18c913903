"""Counting everything without looking at everything: sums per square, kept with every card.

The whole view asks for these on every visit, and at a hundred thousand cards counting them each time would take a
hundred times as long. What a reader may not see although it is meant for them (hidden by a steward, of somebody they
block) is taken off card by card: it is little. Where it is not,
or other filters are in force, nothing stored helps, and the cards themselves are counted (`atlas.queries`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection
from django.db.models import Q, Sum
from django.utils.functional import cached_property

from atlas import cells
from atlas.models import Card, Square
from federation import audiences, restrictions
from federation.models import Node

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from atlas.access import Reading
    from atlas.fieldtypes import Box
    from atlas.filters import CardFilter

LEVELS = (4, 8, 10, 12)  # of the map; closer in, the part of the map that is looked at holds little
EVERYTHING = 0
PLACED, UNPLACED = 1, 0  # cells of that level
UNDERSTOOD = {"kind", "node"}  # filters that squares can answer
MOST_KEPT_BACK = 2_000  # cards taken off one by one
OURS = 0
COLUMNS = ("pk", "kind", "node_id", "cell", "lat", "lon")

Key = tuple[int, int, str, int, str]  # level, cell, kind, holder, audience
Sums = tuple[int, float, float, int]  # count, degrees, degrees, primary keys


class Spot(NamedTuple):
    """What lies in a square: how many, where their middle is, and which card where it is one."""

    square: int
    number: int
    lat: float
    lon: float
    pk: int | None


# --- Keeping them ------------------------------------------------------------------------------------------


def counted(card: Card) -> dict[Key, Sums]:
    """What one card adds to which squares; ask before and after it changes."""
    if card.pk is None:
        return {}
    holder = card.node_id or OURS
    placed = card.cell is not None and card.lat is not None and card.lon is not None
    sums: Sums = (1, card.lat or 0.0, card.lon or 0.0, card.pk) if placed else (1, 0.0, 0.0, card.pk)
    found: dict[Key, Sums] = {(EVERYTHING, _cell(card), card.kind, holder, card.audience): sums}
    if placed:
        for level in LEVELS:
            square = int(card.cell or 0) >> cells.shift_for(level)
            found[(level, square, card.kind, holder, card.audience)] = sums
    return found


def move(before: dict[Key, Sums], after: dict[Key, Sums]) -> None:
    """Make the squares of what was counted `before` those of what is `after`; inside the card's own transaction."""
    changes: dict[Key, list[float]] = defaultdict(lambda: [0, 0.0, 0.0, 0])
    for sign, found in ((-1, before), (1, after)):
        for key, sums in found.items():
            changes[key] = [have + sign * more for have, more in zip(changes[key], sums, strict=True)]
    rows = [(*key, *sums) for key, sums in sorted(changes.items()) if any(sums)]
    if rows:
        _add(rows)


def recount() -> None:
    """All squares from the cards, inside a transaction: after cards went in a way that nobody was told of."""
    Square.objects.all().delete()
    totals: dict[Key, list[float]] = defaultdict(lambda: [0, 0.0, 0.0, 0])
    for card in Card.objects.only("pk", "kind", "node_id", "audience", "cell", "lat", "lon").iterator(2_000):
        for key, sums in counted(card).items():
            totals[key] = [have + more for have, more in zip(totals[key], sums, strict=True)]
    names = ("level", "cell", "kind", "holder", "audience", "count", "lat_sum", "lon_sum", "pk_sum")
    rows = (Square(**dict(zip(names, (*key, *sums), strict=True))) for key, sums in sorted(totals.items()))
    Square.objects.bulk_create(rows, batch_size=500)


def _add(rows: list[tuple[Any, ...]]) -> None:
    """In one statement and one order, so that two workers neither lose a count nor wait for each other in a ring."""
    table = connection.ops.quote_name(Square._meta.db_table)
    columns = "level, cell, kind, holder, audience, count, lat_sum, lon_sum, pk_sum"
    sums = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in ("count", "lat_sum", "lon_sum", "pk_sum"))
    places = ", ".join([f"({', '.join(['%s'] * 9)})"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) VALUES {places} "
            f"ON CONFLICT (level, audience, cell, kind, holder) DO UPDATE SET {sums}",
            [value for row in rows for value in row],
        )


# --- Asking them -------------------------------------------------------------------------------------------


class Apart(NamedTuple):
    """What squares cannot tell: the nodes left out whole, the cards taken off, and those of such nodes added."""

    left_out: list[int]
    off: list[Card]
    more: list[Card]

    @property
    def is_much(self) -> bool:
        return max(len(self.off), len(self.more)) > MOST_KEPT_BACK


class Tallies:
    """All that somebody may see, counted; made for one page. Three to five queries once asked, one for each map."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    @cached_property
    def apart(self) -> Apart:
        reader = self.reading.reader
        kept, absent = restrictions.cards_kept_from(reader)
        rarely = _nodes_left_out(absent)
        left_out, nothing = sorted(absent | rarely), Card.objects.none()
        kept_back = nothing if kept is None else Card.objects.filter(kept, audience__in=audiences.readable_by(reader))
        chosen = self.reading.cards().filter(node__in=rarely) if rarely else nothing
        off = kept_back.exclude(node__in=left_out).only(*COLUMNS)
        return Apart(left_out, list(off[: MOST_KEPT_BACK + 1]), list(chosen.only(*COLUMNS)[: MOST_KEPT_BACK + 1]))

    def of(self, filters: CardFilter, *, without: str = "") -> Tally | None:
        """The tally of a list that filters all they may see, if need be without one of its filters; None where only
        looking at the cards can tell."""
        asked = {name: value for name, value in filters.in_force.items() if name != without}
        if asked.keys() - UNDERSTOOD or self.apart.is_much:
            return None
        holder = None
        if node := asked.get("node"):
            holder = filters.nodes[node].pk if node in filters.nodes else OURS
        return Tally(self, asked.get("kind"), holder)

    def of_all(self) -> Tally | None:
        return None if self.apart.is_much else Tally(self, None, None)

    @property
    def rows(self) -> QuerySet[Square]:
        meant = Square.objects.filter(audience__in=audiences.readable_by(self.reading.reader))
        return meant.exclude(holder__in=self.apart.left_out)

    @cached_property
    def everything(self) -> list[tuple[str, int, int, int]]:
        """Kind, holder, cell of level 0, count."""
        rows = self.rows.filter(level=EVERYTHING).values_list("kind", "holder", "cell").annotate(Sum("count"))
        return [*rows, *((card.kind, card.node_id or OURS, _cell(card), sign) for sign, card in self.single())]

    def single(self) -> Iterator[tuple[int, Card]]:
        """The cards that are taken off, and those that are added."""
        yield from ((-1, card) for card in self.apart.off)
        yield from ((1, card) for card in self.apart.more)


@dataclass(frozen=True)
class Tally:
    """The counts of one list: of a kind and a holder, or of all."""

    tallies: Tallies
    kind: str | None
    holder: int | None

    def of_each_kind(self) -> dict[str, int]:
        counts: Counter[str] = Counter()
        for kind, holder, _cell, count in self.tallies.everything:
            counts[kind] += count * self._holds(kind, holder)
        return {kind: count for kind, count in counts.items() if count > 0}

    def extent(self) -> tuple[int, int, int]:
        """How many things, from how many nodes, and how many with a point."""
        by_holder: Counter[int] = Counter()
        placed = 0
        for kind, holder, cell, count in self.tallies.everything:
            if self._holds(kind, holder):
                by_holder[holder] += count
                placed += count * (cell == PLACED)
        return sum(by_holder.values()), sum(count > 0 for count in by_holder.values()), placed

    def spots(self, zoom: int, box: Box | None) -> list[Spot] | None:
        """What lies in each square of a zoom level's grid that touches the box; None closer in than LEVELS go."""
        level = next((level for level in LEVELS if level >= zoom), None)
        if level is None:
            return None
        shift = cells.shift_for(zoom)
        found: dict[int, list[float]] = defaultdict(lambda: [0, 0.0, 0.0, 0])
        for square, *sums in self._at(level):
            held = found[square >> shift - cells.shift_for(level)]
            held[:] = [have + more for have, more in zip(held, sums, strict=True)]
        spots = (_spot(square, sums) for square, sums in sorted(found.items()) if sums[0] > 0)
        return [spot for spot in spots if box is None or cells.touches(spot.square, shift, box)]

    def _at(self, level: int) -> Iterator[tuple[int, int, float, float, int]]:
        rows = self.tallies.rows.filter(level=level, count__gt=0)
        if self.kind is not None:
            rows = rows.filter(kind=self.kind)
        if self.holder is not None:
            rows = rows.filter(holder=self.holder)
        sums = (Sum("count"), Sum("lat_sum"), Sum("lon_sum"), Sum("pk_sum"))
        yield from rows.values_list("cell").annotate(*sums)
        for sign, card in self.tallies.single():
            if card.cell is not None and self._holds(card.kind, card.node_id or OURS):
                square = card.cell >> cells.shift_for(level)
                yield square, sign, sign * (card.lat or 0.0), sign * (card.lon or 0.0), sign * card.pk

    def _holds(self, kind: str, holder: int) -> bool:
        return self.kind in (None, kind) and self.holder in (None, holder)


def _spot(square: int, sums: list[float]) -> Spot:
    count, lat, lon, pk = sums
    return Spot(square, int(count), lat / count, lon / count, int(pk) if count == 1 else None)


def _cell(card: Card) -> int:
    return UNPLACED if card.cell is None else PLACED


def _nodes_left_out(absent: set[int]) -> set[int]:
    """The nodes of which only what is followed is shown; those of which nothing is are added to `absent`. One query."""
    rarely: set[int] = set()
    held = Node.objects.filter(Node.NOT_UNASKED | Q(blocked_at__isnull=False)).values_list("pk", "blocked_at")
    for pk, blocked_at in held:
        (absent if blocked_at else rarely).add(pk)
    return rarely - absent
