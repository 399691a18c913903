"""Who sails with a flotilla, and with which a group sails: the same on every node that holds the same rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F

from cop.models import Group, Ship
from cop.models.ships import MOST_SHIPS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from federation.models import Actor

MOST_VOYAGES = 20  # flotillas that a group's page lists
MOST_LISTED = 200  # statements about one flotilla that are looked at: more of them are not aboard than can be


def aboard(flotilla: Group, reader: Actor | None) -> list[Ship]:
    """Those that say so themselves and that the flotilla has welcomed, longest first. One query, none for a group."""
    return aboard_of([flotilla], reader).get(flotilla.uri, [])


def aboard_of(groups: Iterable[Group], reader: Actor | None) -> dict[str, list[Ship]]:
    """The same of several, by the address of each. One query, none where none is a flotilla."""
    welcomed = {group.uri: set(group.ships[:MOST_SHIPS]) for group in groups if group.is_flotilla}
    found: dict[str, list[Ship]] = {uri: [] for uri in welcomed}
    if not found:
        return found
    named = set().union(*welcomed.values())
    rows = _shown(reader).filter(about_uri__in=list(found), actor__uri__in=named)
    for ship in rows.select_related("actor", "node").order_by("published_at", "pk"):
        if ship.actor.uri in welcomed[ship.about_uri]:
            found[ship.about_uri].append(ship)
    return found


def asking(flotilla: Group, reader: Actor | None) -> list[Ship]:
    """Those that the flotilla has not answered, longest waiting first. One query."""
    rows = _statements(flotilla, reader).exclude(actor__uri__in=flotilla.ships).filter(turned_away_at__isnull=True)
    return list(rows.order_by("published_at", "pk")[:MOST_LISTED])


def statement_of(group: Group, flotilla: Group) -> Ship | None:
    """What a group of ours says of sailing with the flotilla, aboard or not."""
    return next(iter(statements_of([group], flotilla)), None)


def statements_of(groups: Iterable[Group], flotilla: Group) -> list[Ship]:
    """The same of several groups. One query."""
    actors = [group.actor_id for group in groups]
    rows = Ship.objects.filter(about_uri=flotilla.uri, actor__in=actors, withdrawn_at__isnull=True)
    return list(rows.select_related("actor", "node").order_by("published_at", "pk"))


def under_sail(reader: Actor | None) -> QuerySet[Group]:
    """All flotillas, those that end first before the others; dissolved ones last, the latest first."""
    rows = Group.objects.visible_to(reader).exclude(harbour="").select_related("actor", "node")
    return rows.order_by(F("dissolved_at").desc(nulls_first=True), "ends_on", "pk")


def voyages_of(group: Group, reader: Actor | None) -> list[Group]:
    """The flotillas that a group is aboard of, those that end first before others, dissolved ones last. One query."""
    said = Ship.objects.visible_to(reader).filter(actor=group.actor_id).values("about_uri")
    rows = Group.objects.visible_to(reader).filter(uri__in=said).exclude(harbour="")
    found = [each for each in rows.order_by("ends_on", "pk")[: 2 * MOST_VOYAGES] if group.uri in each.ships]
    return sorted(found, key=lambda each: each.dissolved_at is not None)[:MOST_VOYAGES]


def _statements(flotilla: Group, reader: Actor | None) -> QuerySet[Ship]:
    return _shown(reader).filter(about_uri=flotilla.uri).select_related("actor", "node")


def _shown(reader: Actor | None) -> QuerySet[Ship]:
    """Without groups that are closed, or that the reader may not see here."""
    unseen = Group.objects.exclude(pk__in=Group.objects.visible_to(reader).values("pk"))
    return Ship.objects.visible_to(reader).exclude(actor__in=unseen.values("actor"))
