"""Who is told when a closing date moves: those who follow the group that makes the call known."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from federation.models import Actor
from funding import deadlines
from funding.models import Call, ToldDeadline
from journal import reaction
from notifications.access import may_read
from notifications.actions import notify_all
from notifications.kinds import notice_kind
from notifications.models import Follow, Notice
from notifications.pokes import poke_users
from notifications.queries import followers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from journal.models import Entry, Errand

MOVED = "call_deadline_moved"
LIFTED = "call_deadline_lifted"

notice_kind(
    LIFTED, _("“%(call)s” no longer has a closing date: you can apply at any time."), matter="money", needs_card=True
)


@notice_kind(MOVED, _("“%(call)s” has a new closing date: %(closes)s."), matter="money", needs_card=True)
def moved_words(notice: Notice) -> Mapping[str, str]:
    """The date as it was told, in the reader's language."""
    closes_at = dt.datetime.fromisoformat(notice.params["closes_at"])
    return {"closes": deadlines.in_words(closes_at, notice.params["time_zone"])}


@reaction("funding.tell_deadline", to=("call.published", "call.changed"))
def tell_deadline(errand: Errand) -> None:
    """Nobody is told of the first date: the call itself was the news."""
    entry = errand.entry
    rows = Call.objects.select_related("actor", "node").filter(withdrawn_at__isnull=True)
    call = rows.filter(uri=entry.uri).first() if entry is not None else None
    if entry is None or call is None:
        return
    told, is_first = ToldDeadline.objects.get_or_create(call=call, defaults={"closes_at": call.closes_at})
    if is_first or told.closes_at == call.closes_at:
        return
    told.closes_at = call.closes_at
    told.save(update_fields=["closes_at"])
    _tell(call, entry)


def _tell(call: Call, entry: Entry) -> None:
    following = {user for user, _uri in followers(Follow.Kind.GROUP, {call.actor.uri})}
    # Whoever moved it knows already.
    movers = Actor.objects.filter(uri=entry.actor, user__isnull=False).values_list("user", flat=True)
    notify_all(
        Notice(user_id=user, uri=call.uri, entry=entry, **_told(call))
        for user in may_read(following - set(movers), call)
    )


def _told(call: Call) -> dict[str, object]:
    if call.closes_at is None:
        return {"kind": LIFTED, "params": {"call": call.title}}
    date = {"closes_at": call.closes_at.isoformat(), "time_zone": call.time_zone}
    return {"kind": MOVED, "params": {"call": call.title, **date}}


@reaction("funding.forget_deadline", to="call.withdrawn")
def forget_deadline(errand: Errand) -> None:
    """Nobody is told any more of the dates of what was withdrawn."""
    if errand.entry is None:
        return
    told = Notice.objects.filter(uri=errand.entry.uri, kind__in=(MOVED, LIFTED))
    readers = set(told.filter(read_at=None).values_list("user", flat=True))
    told.delete()
    poke_users(readers)
