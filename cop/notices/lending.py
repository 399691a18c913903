"""Who is told of what is lent and borrowed: the other side of what one side does, and whoever has something to bring
back. Everybody is told by their own node."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cop.access import running
from cop.lending.slots import DAY
from cop.models import Proposal, Reservation
from federation import restrictions
from frontend import times
from journal import entry_of, periodic, reaction
from notifications.actions import notify
from notifications.kinds import notice_kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from journal.models import Entry, Errand
    from notifications.models import Notice

HOURLY = dt.timedelta(hours=1)
BEFORE = DAY * 2  # from when on the last day is tomorrow or today
State = Reservation.State


def _page(notice: Notice) -> str:
    return str(notice.params["page"])


def _words(notice: Notice) -> Mapping[str, Any]:
    return {"person": notice.params.get("person") or _("Somebody")}


def _last_day(notice: Notice) -> Mapping[str, Any]:
    return {"day": times.day_words(dt.date.fromisoformat(str(notice.params["day"])), weekday=True)}


for _name, _text in (
    ("reservation_asked", _("%(person)s would like to borrow “%(title)s”. You decide.")),
    ("reservation_made", _("%(person)s has reserved “%(title)s”.")),
    ("reservation_given", _("“%(title)s” is reserved for you.")),
    ("reservation_declined", _("“%(title)s” cannot be lent to you this time.")),
    ("reservation_cancelled", _("The reservation of “%(title)s” was cancelled.")),
    ("reservation_back", _("“%(title)s” is back. Thank you for sharing.")),
    ("lending_overdue", _("“%(title)s” was to be back by now. If you need more time, a word to the lender helps.")),
):
    notice_kind(_name, _text, matter="words", address=_page)(_words)
notice_kind("lending_due", _("“%(title)s” is to be back by the end of %(day)s."), matter="words", address=_page)(
    _last_day
)


@reaction("cop.tell_lender", to=("reservation.asked", "reservation.given", "reservation.cancelled"))
def tell_lender(errand: Errand) -> None:
    """Those who answer for the offer hear what the borrower did, unless they block them."""
    entry = entry_of(errand)
    reservation = _reservation(entry)
    if reservation is None or not reservation.offer.is_ours or entry.actor != reservation.actor.uri:
        return
    kind = {
        "reservation.asked": "reservation_asked",
        "reservation.given": "reservation_made",
        "reservation.cancelled": "reservation_cancelled",
    }[entry.name]
    if kind == "reservation_asked" and reservation.state != State.ASKED:
        return
    apart = restrictions.users_blocking(reservation.actor.uri, reservation.actor.node)
    _tell(running(reservation.offer).exclude(pk__in=apart), kind, reservation, entry)


@reaction("cop.tell_borrower", to=("reservation.given", "reservation.declined", "reservation.cancelled"))
def tell_borrower(errand: Errand) -> None:
    """Somebody of this node, of what the lender did, wherever that is. Who took it themself saw it at once."""
    entry = entry_of(errand)
    reservation = _reservation(entry)
    if reservation is not None and entry.actor != reservation.actor.uri:
        kind = entry.name.replace(".", "_")
        _tell(User.objects.filter(actor=reservation.actor_id, is_active=True), kind, reservation, entry)


@reaction("cop.tell_both", to="reservation.returned")
def tell_both(errand: Errand) -> None:
    """The borrower, and the others who answer for the offer: it is there again."""
    entry = entry_of(errand)
    reservation = _reservation(entry)
    if reservation is None:
        return
    borrowers = User.objects.filter(actor=reservation.actor_id, is_active=True)
    _tell(borrowers, "reservation_back", reservation, entry)
    if reservation.offer.is_ours:
        others = running(reservation.offer).exclude(actor__uri=entry.actor).exclude(pk__in=borrowers)
        apart = restrictions.users_blocking(reservation.actor.uri, reservation.actor.node)
        _tell(others.exclude(pk__in=apart), "reservation_back", reservation, entry)


@periodic("cop.remind_borrowers", every=HOURLY)
def remind_borrowers(errand: Errand) -> None:
    """Once when the last day is near, of what is lent for more than a day, and once when it is over."""
    now = timezone.now()
    out = Reservation.objects.filter(state=State.OUT, actor__node__isnull=True)
    out = out.select_related("offer", "actor").order_by("pk")
    by_day = out.filter(offer__lent_by=Proposal.LentBy.DAY)
    for each in by_day.filter(due_told_at__isnull=True, ends__gt=now, ends__lte=now + BEFORE):
        if each.ends - each.starts >= BEFORE - HOURLY:
            last = (each.ends - HOURLY).astimezone(each.offer.zone).date()
            _remind(each, "lending_due", day=last.isoformat())
        Reservation.objects.filter(pk=each.pk).update(due_told_at=now)
    for each in out.filter(overdue_told_at__isnull=True, ends__lte=now):
        _remind(each, "lending_overdue")
        Reservation.objects.filter(pk=each.pk).update(overdue_told_at=now)


def _remind(reservation: Reservation, kind: str, **more: str) -> None:
    for user in User.objects.filter(actor=reservation.actor_id, is_active=True):
        notify(user, kind, reservation.uri, title=reservation.offer.title, page=reservation.get_absolute_url(), **more)


def _tell(told: Iterable[User], kind: str, reservation: Reservation, entry: Entry) -> None:
    said = {"title": reservation.offer.title, "page": reservation.get_absolute_url(), "person": reservation.called}
    for user in told:
        notify(user, kind, reservation.uri, entry=entry, **said)


def _reservation(entry: Entry) -> Reservation | None:
    known = Reservation.objects.select_related("offer__actor", "offer__node", "actor__node")
    return known.filter(public_id=entry.uri.rpartition("/")[2]).first()
