"""Who is told of a flotilla: its stewards, and those of the ships that live here."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cop.access import stewards_of
from cop.actions.flotillas import let_aboard
from cop.flotillas.aboard import aboard
from cop.models import Group, Ship
from federation import restrictions
from journal import entry_of, periodic, reaction
from notifications.actions import notify, notify_all
from notifications.kinds import notice_kind
from notifications.models import Notice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

    from journal.models import Entry, Errand

DAILY = dt.timedelta(days=1)
ASK_WITHIN = dt.timedelta(days=30)  # of its last day; who comes back later finds it on its page


def _page(notice: Notice) -> str:
    return str(notice.params["page"])


def _words(notice: Notice) -> Mapping[str, Any]:
    return {"ship": notice.params.get("ship") or _("A group")}


for _name, _text in (
    ("flotilla_asked", _("%(ship)s asks to sail with “%(flotilla)s”.")),
    ("flotilla_welcomed", _("%(ship)s sails with “%(flotilla)s” now.")),
    ("flotilla_turned_away", _("“%(flotilla)s” does not take %(ship)s aboard now.")),
    ("flotilla_left", _("%(ship)s has left “%(flotilla)s”.")),
    ("flotilla_arrived", _("“%(flotilla)s” has reached its last day. Bring the harvest in, or agree on another day.")),
    ("flotilla_dissolved", _("“%(flotilla)s” is dissolved. Read the harvest, and add what you take home.")),
):
    notice_kind(_name, _text, matter="groups", address=_page)(_words)


@reaction("cop.take_aboard", to="ship.published")
def take_aboard(errand: Errand) -> None:
    """Where anyone may sail along, they are aboard; else the flotilla's stewards are asked."""
    entry = entry_of(errand)
    ship, flotilla = _both(entry)
    if ship is None or flotilla is None or ship.withdrawn_at is not None:
        return
    let_aboard(flotilla, ship)
    now = Group.objects.select_related("actor", "node").get(pk=flotilla.pk)
    _tell_of_boarding(now, entry)
    if now.is_ours and ship.actor.uri not in now.ships:
        _tell(stewards_of([now]).exclude(actor=ship.author_id), "flotilla_asked", now, ship, entry)


@reaction("cop.tell_of_flotilla", to=("group.published", "group.changed"))
def tell_of_flotilla(errand: Errand) -> None:
    """Each ship that lives here, once, of every ship that comes aboard; and all, once, that it is dissolved."""
    entry = entry_of(errand)
    flotilla = _flotilla(entry.uri)
    if flotilla is None or flotilla.withdrawn_at is not None:
        return
    if flotilla.dissolved_at is None:
        return _tell_of_boarding(flotilla, entry)
    told = Notice.objects.filter(kind="flotilla_dissolved", uri=flotilla.uri).values("user")
    crew = _crew(flotilla, aboard(flotilla, None)).exclude(pk__in=told).exclude(actor__uri=entry.actor)
    _tell(crew, "flotilla_dissolved", flotilla, None, entry)


def _tell_of_boarding(flotilla: Group, entry: Entry) -> None:
    """Both have said so as far as this node knows, whichever word came last."""
    ships = aboard(flotilla, None)
    new = [ship for ship in ships if ship.aboard_since is None]
    Ship.objects.filter(pk__in=[ship.pk for ship in new]).update(aboard_since=timezone.now())
    for ship in new:
        _tell(_crew(flotilla, ships).exclude(actor__uri=entry.actor), "flotilla_welcomed", flotilla, ship, entry)


@reaction("cop.tell_of_turning_away", to="ship.turned_away")
def tell_of_turning_away(errand: Errand) -> None:
    entry = entry_of(errand)
    ship, flotilla = _both(entry)
    if ship is not None and flotilla is not None and ship.is_ours and ship.withdrawn_at is None:
        led = Group.objects.ours().filter(actor=ship.actor_id)
        _tell(stewards_of(led), "flotilla_turned_away", flotilla, ship, entry)


@reaction("cop.tell_of_leaving", to="ship.withdrawn")
def tell_of_leaving(errand: Errand) -> None:
    """Only of a ship that was aboard."""
    entry = entry_of(errand)
    ship, flotilla = _both(entry)
    if ship is None or flotilla is None or ship.actor.uri not in flotilla.ships or flotilla.dissolved_at is not None:
        return
    crew = _crew(flotilla, aboard(flotilla, None)).exclude(actor__uri=entry.actor)
    _tell(crew, "flotilla_left", flotilla, ship, entry)


@periodic("cop.tell_of_arrival", every=DAILY)
def tell_of_arrival(errand: Errand) -> None:
    """Once, on the day after its last: those who answer for it and for its ships."""
    today = timezone.localdate()
    over = Group.objects.visible_to(None).filter(ends_on__lt=today, ends_on__gte=today - ASK_WITHIN)
    over = (
        over.filter(dissolved_at__isnull=True)
        .exclude(harbour="")
        .exclude(uri__in=Notice.objects.filter(kind="flotilla_arrived").values("uri"))
    )
    for flotilla in over.select_related("actor", "node").order_by("pk"):
        params = {"flotilla": flotilla.name, "page": flotilla.get_absolute_url()}
        for user in _crew(flotilla, aboard(flotilla, None)):
            notify(user, "flotilla_arrived", flotilla.uri, **params)


def _both(entry: Entry) -> tuple[Ship | None, Group | None]:
    ship = Ship.objects.select_related("actor", "node", "author").filter(uri=entry.uri).first()
    return ship, _flotilla(ship.about_uri) if ship is not None else None


def _flotilla(uri: str) -> Group | None:
    return Group.objects.select_related("actor", "node").filter(uri=uri).exclude(harbour="").first()


def _crew(flotilla: Group, ships: list[Ship]) -> QuerySet[User]:
    """The stewards of the flotilla and of its ships, as far as they are people of this node."""
    uris = [flotilla.uri, *(each.actor.uri for each in ships)]
    return stewards_of(Group.objects.ours().filter(uri__in=uris))


def _tell(told: Any, kind: str, flotilla: Group, ship: Ship | None, entry: Entry) -> None:
    about = ship or flotilla
    apart = restrictions.users_blocking(about.actor.uri, about.node)
    params = {"flotilla": flotilla.name, "page": flotilla.get_absolute_url()}
    if ship is not None:
        params["ship"] = ship.actor.name
    notify_all(
        Notice(user=user, kind=kind, uri=about.uri, entry=entry, params=params) for user in told if user.pk not in apart
    )
