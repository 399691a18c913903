"""Who is told of what happens in a match: those who answer for the other side, and both where nothing has happened."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cop.access import people_answering
from cop.models import Commitment, Match
from cop.models.matches import NEED, OFFER
from federation import restrictions
from journal import entry_of, periodic, reaction
from notifications.actions import notify, notify_all
from notifications.kinds import notice_kind
from notifications.models import Notice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

    from journal.models import Errand

IDLE_AFTER = dt.timedelta(days=14)
HOURLY = dt.timedelta(hours=1)
TOLD = {
    "match.proposed": "match_proposed",
    "match.agreed": "match_agreed",
    "match.declined": "match_declined",
    "match.begun": "match_begun",
    "match.finished": "match_finished",
    "match.thanked": "match_thanked",
    "match.ended": "match_ended",
}
"""What the other side is told of what one side does."""


def _page(notice: Notice) -> str:
    return str(notice.params["page"])


def _words(notice: Notice) -> Mapping[str, Any]:
    return {"person": notice.params.get("person") or _("Somebody")}


for _name, _text in (
    ("match_proposed", _("%(person)s proposes a match for “%(title)s”. You decide.")),
    ("match_agreed", _("%(person)s has agreed on “%(title)s”. You can now see how to reach each other.")),
    ("match_declined", _("“%(title)s” is not for %(person)s this time.")),
    ("match_begun", _("%(person)s says that “%(title)s” has begun.")),
    ("match_finished", _("%(person)s says that “%(title)s” is done. What is different now?")),
    ("match_thanked", _("%(person)s says thank you for “%(title)s”.")),
    ("match_ended", _("%(person)s has ended “%(title)s”, without blame.")),
):
    notice_kind(_name, _text, matter="words", address=_page)(_words)
notice_kind("match_waits", _("“%(title)s” has waited two weeks for your answer."), matter="words", address=_page)
notice_kind(
    "match_idle",
    _("Nothing has happened with “%(title)s” for two weeks. A word to the other side may help, or an end to it."),
    matter="words",
    address=_page,
)


@reaction("cop.tell_of_match", to=tuple(TOLD))
def tell_of_match(errand: Errand) -> None:
    """Those who answer for the other side, without those who block whoever did it."""
    entry = entry_of(errand)
    match = Match.objects.filter(uri=entry.uri).first()
    if match is None:
        return
    both = list(match.commitments.select_related("actor__node"))
    did = next((each for each in both if each.actor.uri == entry.actor), None)
    if did is None:
        return
    other = next(each for each in both if each.pk != did.pk)
    told = set(_users(other).values_list("pk", flat=True)) - restrictions.users_blocking(did.actor.uri, did.actor.node)
    told -= set(User.objects.filter(actor=did.author_id).values_list("pk", flat=True)) if did.author_id else set()
    params = {"person": did.actor.name, "title": match.title, "page": match.get_absolute_url()}
    kind = TOLD[entry.name]
    notify_all(Notice(user_id=user, kind=kind, uri=match.page, entry=entry, params=params) for user in sorted(told))


@periodic("cop.remind_of_matches", every=HOURLY)
def remind_of_matches(errand: Errand) -> None:
    """Once, after 14 days in which neither side did or wrote anything: whoever is asked, or both."""
    idle = Match.objects.filter(state__in=Match.OPEN, reminded_at__isnull=True)
    for match in idle.filter(moved_at__lt=timezone.now() - IDLE_AFTER).order_by("pk"):
        waits = match.state == Match.State.PROPOSED
        sides = [OFFER if match.proposed_by == NEED else NEED] if waits else [NEED, OFFER]
        for each in match.commitments.filter(side__in=sides):
            for user in _users(each):
                said = {"title": match.title, "page": match.get_absolute_url()}
                notify(user, "match_waits" if waits else "match_idle", match.page, **said)
        Match.objects.filter(pk=match.pk).update(reminded_at=timezone.now())


def _users(commitment: Commitment) -> QuerySet[User]:
    if not commitment.is_ours:
        return User.objects.none()
    return User.objects.filter(actor__in=people_answering(commitment), is_active=True).order_by("pk")
