"""Who is told of what happens in a time bank: whoever is asked or answered, and stewards of what is between banks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cop.models import Member
from federation import restrictions
from federation.models import Actor
from journal import entry_of, reaction
from notifications.actions import notify_all
from notifications.kinds import notice_kind
from notifications.models import Notice
from timebank.hours import in_words
from timebank.models import Clearing, Transfer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from journal.models import Errand
    from timebank.models import Account

TOLD = {
    "transfer.proposed": "hours_proposed",
    "transfer.confirmed": "hours_confirmed",
    "transfer.declined": "hours_declined",
    "transfer.thanked": "hours_thanked",
}
"""What the one is told of what the other does."""
TOLD_STEWARDS = {
    "clearing.wanted": "clearing_asked",
    "clearing.opened": "clearing_open",
    "clearing.ended": "clearing_ended",
    "clearing.differs": "clearing_differs",
}


def _page(notice: Notice) -> str:
    return str(notice.params["page"])


def _words(notice: Notice) -> Mapping[str, Any]:
    person = notice.params.get("person") or _("Somebody")
    return {"person": str(person), "hours": in_words(int(notice.params.get("minutes", 0)))}


for _name, _text in (
    ("hours_proposed", _("%(person)s says: %(hours)s for “%(title)s”. Please say whether that is so.")),
    ("hours_confirmed", _("%(person)s has confirmed %(hours)s for “%(title)s”.")),
    ("hours_declined", _("%(person)s has not confirmed %(hours)s for “%(title)s”. Nothing was booked.")),
    ("hours_thanked", _("%(person)s says thank you for “%(title)s”.")),
):
    notice_kind(_name, _text, matter="words", address=_page)(_words)
for _name, _text in (
    ("clearing_asked", _("“%(title)s” asks to exchange hours with your time bank.")),
    ("clearing_open", _("Your time bank and “%(title)s” can exchange hours now.")),
    ("clearing_ended", _("“%(title)s” and your time bank exchange no new hours any more.")),
    ("clearing_differs", _("“%(title)s” and your time bank do not say the same about the hours between them.")),
):
    notice_kind(_name, _text, matter="groups", address=_page)


@reaction("timebank.tell_of_transfer", to=tuple(TOLD))
def tell_of_transfer(errand: Errand) -> None:
    """The one of the two who did not do it, without those who block whoever did."""
    entry = entry_of(errand)
    rows = Transfer.objects.select_related("giver__actor__user", "receiver__actor__user", "clearing__actor__node")
    transfer = rows.filter(uri=entry.uri).first()
    if transfer is None:
        return
    sides = [each for each in (transfer.giver, transfer.receiver) if each is not None]
    for mine in sides:
        if mine.is_clearing or mine.actor is None or mine.actor.uri == entry.actor or mine.actor.user is None:
            continue
        other = next((each for each in sides if each.pk != mine.pk), None)
        behind = transfer.clearing.actor if transfer.clearing is not None else other and other.actor
        if behind is not None and mine.actor.user_id in restrictions.users_blocking(behind.uri, behind.node):
            continue
        params = {"title": transfer.words, "minutes": transfer.minutes, "page": transfer.get_absolute_url()}
        params["person"] = _name_of(transfer, other)
        kind = TOLD[entry.name]
        notify_all([Notice(user_id=mine.actor.user_id, kind=kind, uri=transfer.page, entry=entry, params=params)])


@reaction("timebank.tell_of_clearing", to=tuple(TOLD_STEWARDS))
def tell_of_clearing(errand: Errand) -> None:
    """The stewards of our bank, but for the one who did it."""
    entry = entry_of(errand)
    rows = Clearing.objects.select_related("bank")
    clearing = rows.filter(public_id=entry.uri.rpartition("#clearing-")[2]).first()
    if clearing is None:
        return
    stewards = Member.objects.filter(group__actor=clearing.bank.actor_id, role=Member.Role.STEWARD).values("actor")
    did = Actor.objects.filter(uri=entry.actor).values("pk")
    users = User.objects.filter(actor__in=stewards, is_active=True).exclude(actor__in=did)
    params = {"title": clearing.peer_name or clearing.peer, "page": clearing.get_absolute_url()}
    kind, uri = TOLD_STEWARDS[entry.name], entry.uri
    told = users.order_by("pk").values_list("pk", flat=True)
    notify_all(Notice(user_id=user, kind=kind, uri=uri, entry=entry, params=params) for user in told)


def _name_of(transfer: Transfer, other: Account | None) -> str:
    if transfer.clearing is not None:
        return transfer.other_name or transfer.clearing.peer_name
    return other.name if other is not None else ""
