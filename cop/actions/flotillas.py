"""Starting a flotilla, sailing with it, leaving it, and bringing the harvest in.

A group is aboard by two acts: its own statement (`Ship`), and the flotilla's welcome (`Group.ships`). Each is published
by whoever does it, on their own node; nobody writes the other's.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from cop.access import NotAllowed, is_steward, require_edit
from cop.actions.groups import found_group
from cop.actions.mandates import leave_all
from cop.flotillas.aboard import statement_of
from cop.models import Group, Ship
from cop.models.ships import MOST_SHIPS
from federation import audiences, publishing, restrictions
from federation.outbound.say import say
from journal import hold, record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from federation.models import Actor


class NotSailing(ValueError):
    """It is no flotilla, or was dissolved, or has as many ships as one can have."""


def start_flotilla(person: Actor, ship: Group, *, said: Mapping[str, str], **fields: Any) -> Group:
    """A new flotilla of this node, with its first ship aboard: a group of ours that `person` is a steward of.

    `said` is what the ship brings and needs, `fields` what a group is founded with. Raises NotAllowed,
    moderation.Suspended.
    """
    _require_captain(person, ship)
    with transaction.atomic():
        flotilla = found_group(person, **fields)
        if statement_of(ship, flotilla) is None:
            publish_ship(person, ship, flotilla, said)
            flotilla = _welcome(person, flotilla, ship.uri)
        return flotilla


def sail_with(person: Actor, ship: Group, flotilla: Group, said: Mapping[str, str]) -> Ship:
    """A group of ours sails with a flotilla of any node, or asks to; said again, it says what has changed.

    Raises NotAllowed, NotSailing.
    """
    _require_captain(person, ship)
    with transaction.atomic():
        hold(ship.uri)  # so that of two forms sent at once the second finds what the first has said
        held = statement_of(ship, flotilla)
        if held is not None:
            return change_ship(person, held, said)
        if not flotilla.is_sailing or ship.pk == flotilla.pk or ship.is_flotilla:
            raise NotSailing
        return publish_ship(person, ship, flotilla, said)


def publish_ship(person: Actor, ship: Group, flotilla: Group, said: Mapping[str, str]) -> Ship:
    return publishing.publish(
        Ship,
        "ships",
        "ship",
        speaker=ship.actor,
        author=person,
        audience=audiences.PUBLIC,
        about_uri=flotilla.uri,
        language=ship.language,
        **said,
    )


def change_ship(person: Actor, ship: Ship, said: Mapping[str, str]) -> Ship:
    """Also what the group takes home, and after the flotilla was dissolved. Raises NotAllowed."""
    require_edit(person, ship)
    with transaction.atomic():
        return publishing.change(ship, "ship", by=person, **said)


def leave_flotilla(person: Actor, ship: Ship) -> Ship:
    """The group sails no more, and leaves what it signed there. Nobody asks why, and if it comes back it is welcome.

    Raises NotAllowed.
    """
    _require_captain(person, Group.objects.get(actor=ship.actor_id))
    with transaction.atomic():
        leave_all(person, ship.about_uri, ship.actor)
        return publishing.withdraw(ship, "ship", by=person)


def welcome(person: Actor, flotilla: Group, ship: Ship) -> Group:
    """The stewards of a flotilla take a group aboard that asks. A second time changes nothing.

    Raises NotAllowed, NotSailing.
    """
    _require_steward(person, flotilla)
    with transaction.atomic():
        return _welcome(person, flotilla, ship.actor.uri)


def let_aboard(flotilla: Group, ship: Ship) -> None:
    """A flotilla that anyone may join welcomes whoever says that they sail; it keeps apart whom its stewards block.

    Whom they have put ashore they are asked about, however often that group says so anew.
    """
    is_open = flotilla.is_ours and flotilla.is_sailing and flotilla.joining == Group.Joining.OPEN
    before = Ship.objects.filter(about_uri=flotilla.uri, actor=ship.actor_id, turned_away_at__isnull=False)
    if not is_open or before.exists() or restrictions.keep_apart(ship.actor, flotilla.actor):
        return
    with contextlib.suppress(NotSailing):
        _welcome(flotilla.actor, flotilla, ship.actor.uri, speaks=False)


def put_ashore(person: Actor, flotilla: Group, ship: Ship) -> Group:
    """The stewards of a flotilla do not take a group aboard, or no longer. What the group says stays its own.

    Raises NotAllowed.
    """
    _require_steward(person, flotilla)
    with transaction.atomic():
        held = Group.objects.select_for_update().get(pk=flotilla.pk)
        left = [each for each in held.ships if each != ship.actor.uri]
        found = publishing.change(held, "group", by=person, ships=left)
        Ship.objects.filter(pk=ship.pk).update(turned_away_at=timezone.now(), aboard_since=None)
        record("ship.turned_away", ship.uri, actor=flotilla.uri)
        if not ship.is_ours:
            say(flotilla.actor, "Reject", ship.uri, [ship.actor.delivery_inbox], to=[ship.actor.uri])
        return found


def hear_no(ship: Ship) -> None:
    """The flotilla's node has answered one of our groups. Inside the receipt's transaction."""
    if ship.withdrawn_at is None and ship.turned_away_at is None:
        Ship.objects.filter(pk=ship.pk).update(turned_away_at=timezone.now())
        record("ship.turned_away", ship.uri, actor=ship.about_uri, origin="peer")


def dissolve_flotilla(person: Actor, flotilla: Group, harvest: str) -> Group:
    """The voyage is over, and this came of it; said again, the words are mended. Raises NotAllowed, NotSailing."""
    _require_steward(person, flotilla)
    if not flotilla.is_flotilla:
        raise NotSailing
    with transaction.atomic():
        when = flotilla.dissolved_at or timezone.now()
        return publishing.change(flotilla, "group", by=person, dissolved_at=when, harvest=harvest)


def _welcome(by: Actor, flotilla: Group, uri: str, *, speaks: bool = True) -> Group:
    held = Group.objects.select_for_update().get(pk=flotilla.pk)
    named = held.ships if len(held.ships) < MOST_SHIPS or uri in held.ships else _still_sailing(held)
    if not held.is_sailing or (len(named) >= MOST_SHIPS and uri not in named):
        raise NotSailing
    Ship.objects.filter(about_uri=held.uri, actor__uri=uri).update(turned_away_at=None)
    ships = named if uri in named else [*named, uri]
    return publishing.change(held, "group", by=by, speaks=speaks, ships=ships)


def _still_sailing(flotilla: Group) -> list[str]:
    """Whom it names and who has not left: the others make room where there is none."""
    said = Ship.objects.filter(about_uri=flotilla.uri, withdrawn_at__isnull=True, actor__uri__in=flotilla.ships)
    here = set(said.values_list("actor__uri", flat=True))
    return [uri for uri in flotilla.ships if uri in here]


def _require_captain(person: Actor, ship: Group) -> None:
    if not ship.is_ours or ship.withdrawn_at is not None or not is_steward(person, ship):
        raise NotAllowed("the stewards of a group decide with whom it sails")


def _require_steward(person: Actor, flotilla: Group) -> None:
    if not flotilla.is_ours or not is_steward(person, flotilla):
        raise NotAllowed("only the stewards of the flotilla can do this")
