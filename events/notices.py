"""Who is told of what happens around a gathering. Everybody is told by their own node."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cop.access import running
from events.models import Attendee, Gathering
from federation import moderation, restrictions
from federation.models import Restriction
from journal import entry_of, periodic, reaction
from notifications.access import may_read
from notifications.actions import notify
from notifications.kinds import notice_kind, nowhere
from notifications.models import Notice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

    from journal.models import Entry, Errand


notice_kind("place_given", _("You have a place at “%(gathering)s”."), matter="dates")
notice_kind("place_refused", _("The organisers of “%(gathering)s” could not give you a place."), matter="dates")
notice_kind("place_taken_back", _("You no longer have a place at “%(gathering)s”."), matter="dates")
notice_kind("gathering_full", _("“%(gathering)s” is full. You can ask again if somebody drops out."), matter="dates")
notice_kind(
    "gathering_changed",
    _("“%(gathering)s”, where you are going, was changed. Look at the time and the place."),
    matter="dates",
)
notice_kind("gathering_cancelled", _("“%(gathering)s”, where you were going, is cancelled."), matter="dates")
notice_kind(
    "gathering_postponed",
    _("“%(gathering)s”, where you were going, is postponed. A new date will follow."),
    matter="dates",
)
notice_kind("gathering_moved_online", _("“%(gathering)s”, where you are going, has moved online."), matter="dates")
notice_kind(
    "gathering_withdrawn", _("“%(gathering)s”, where you were going, was withdrawn by its organisers."), matter="dates"
)
notice_kind(
    "gathering_taken_down",
    _("“%(gathering)s”, where you were going, was taken down by the stewards of its node."),
    matter="dates",
    address=nowhere,
)
notice_kind("gathering_back", _("“%(gathering)s”, where you were going, is back."), matter="dates")

notice_kind("gathering_outcome", _("The organisers of “%(gathering)s” tell what came of it."), matter="dates")
notice_kind(
    "outcome_asked",
    _("“%(gathering)s” is over. Was it done? Tell what came of it, in a few words."),
    matter="dates",
    address=lambda notice: f"{notice.uri.removeprefix(settings.ORIGIN)}/outcome",
)

DAILY = dt.timedelta(days=1)
ASK_WITHIN = dt.timedelta(days=30)  # of its end; who comes back later finds the way on its page

BY_STATE = {
    Gathering.State.CANCELLED: "gathering_cancelled",
    Gathering.State.POSTPONED: "gathering_postponed",
    Gathering.State.MOVED_ONLINE: "gathering_moved_online",
}
BY_ANSWER = {
    "joined": "place_given",
    "join_accepted": "place_given",
    "join_refused": "place_refused",
    "join_declined": "place_refused",
    "place_taken_back": "place_taken_back",
    "was_full": "gathering_full",
}


@notice_kind("place_requested", _("%(person)s asks to come to “%(gathering)s”."), matter="dates")
def asking_words(notice: Notice) -> Mapping[str, Any]:
    """Somebody who gave no name is nobody in the reader's language, not in the worker's."""
    return {"person": notice.params.get("person") or _("Somebody")}


@reaction("events.tell_organisers", to="gathering.join_requested")
def tell_organisers(errand: Errand) -> None:
    """Those who may answer hear that somebody waits: its group's stewards, and who wrote it while they are in it.

    Not who blocks them: they hear nothing of each other.
    """
    entry, gathering = _happened(errand)
    asked = gathering.attendees.filter(actor__uri=entry.actor).select_related("actor__node") if gathering else None
    attendee = asked.first() if asked is not None else None
    if gathering is None or attendee is None or attendee.state != Attendee.State.ASKED:
        return
    apart = restrictions.users_blocking(attendee.actor.uri, attendee.actor.node)
    for user in running(gathering).exclude(pk__in=apart):
        notify(user, "place_requested", gathering.uri, entry=entry, person=attendee.called, gathering=gathering.title)


@reaction("events.tell_answer", to=[f"gathering.{name}" for name in BY_ANSWER])
def tell_answer(errand: Errand) -> None:
    """The person who asked hears the answer, whichever node the gathering is on. Who walked in saw it at once."""
    entry, gathering = _happened(errand)
    user = User.objects.filter(actor__uri=entry.actor, is_active=True).first()
    if gathering is None or user is None or _walked_in(entry, gathering) or not may_read([user.pk], gathering):
        return
    kind = BY_ANSWER[entry.name.partition(".")[2]]
    notify(user, kind, gathering.uri, entry=entry, gathering=gathering.title)


def _walked_in(entry: Entry, gathering: Gathering) -> bool:
    return entry.name == "gathering.joined" and gathering.joining == Gathering.Joining.OPEN


@reaction("events.tell_attendees", to=("gathering.changed", "gathering.withdrawn"))
def tell_attendees(errand: Errand) -> None:
    """Our people who come, or have asked to, hear what became of it, as long as they may read it themselves.

    Several changes unread are one notice. Once it says what came of it, they hear that instead, and nothing more.
    """
    entry, gathering = _happened(errand)
    if gathering is None or moderation.was_erased(gathering.uri):
        return
    withdrawn = gathering.withdrawn_at is not None
    if gathering.outcome and not withdrawn:
        return tell_of_outcome(gathering)
    kind = "gathering_withdrawn" if withdrawn else BY_STATE.get(Gathering.State(gathering.state), "gathering_changed")
    users = {user.pk: user for user in _expecting(gathering, entry)}
    for key in may_read(users, gathering):
        notify(users[key], kind, gathering.uri, gathering=gathering.title)


def tell_of_outcome(gathering: Gathering) -> None:
    """Our people who came hear once that there is word of what came of it, whichever node it was on; when and where are
    no news any more."""
    came = gathering.attendees.filter(state=Attendee.State.COMING).values("actor")
    told = Notice.objects.filter(kind="gathering_outcome", uri=gathering.uri).values("user")
    asked = User.objects.filter(actor__in=came, is_active=True).exclude(pk__in=told)
    users = {user.pk: user for user in asked}
    for key in may_read(users, gathering):
        notify(users[key], "gathering_outcome", gathering.uri, gathering=gathering.title)


@periodic("events.ask_for_outcome", every=DAILY)
def ask_for_outcome(errand: Errand) -> None:
    """Those who run a collective action are asked once, after it is over, whether it was done."""
    now = timezone.now()
    over = Gathering.objects.ours().filter(
        kind=Gathering.Kind.ACTION, outcome="", withdrawn_at__isnull=True, register=""
    )
    over = over.filter(ends__lt=now, ends__gt=now - ASK_WITHIN)
    over = over.exclude(state__in=(Gathering.State.CANCELLED, Gathering.State.POSTPONED))
    over = over.exclude(uri__in=Notice.objects.filter(kind="outcome_asked").values("uri"))
    for gathering in over.select_related("actor").order_by("pk"):
        for user in running(gathering):
            notify(user, "outcome_asked", gathering.uri, gathering=gathering.title)


@reaction("events.tell_of_removal", to=("moderation.restricted", "moderation.lifted"))
def tell_of_removal(errand: Errand) -> None:
    """Our people who come, or have asked to, hear that stewards took it down, which they do not see for themselves, and
    that it is back. Once it is erased they hear no more.

    The notice is about the decision: notices about the thing are kept from them with it.
    """
    entry, gathering = _happened(errand)
    decision = moderation.told_by(entry)
    if gathering is None or not gathering.is_ours or gathering.withdrawn_at is not None or decision is None:
        return
    is_back = entry.name == moderation.LIFTED
    hidden_still = is_back and restrictions.is_hidden(gathering.uri, gathering.actor.uri)
    if decision.level != Restriction.Level.REMOVED or hidden_still:
        return
    for user in _expecting(gathering, entry):
        kind = "gathering_back" if is_back else "gathering_taken_down"
        notify(user, kind, moderation.decision_uri(gathering.uri), entry=entry, gathering=gathering.title)


def _expecting(gathering: Gathering, entry: Entry) -> QuerySet[User]:
    """But for whoever did it."""
    coming = gathering.attendees.exclude(state=Attendee.State.DECLINED).exclude(actor__uri=entry.actor)
    return User.objects.filter(actor__attendances__in=coming, is_active=True).distinct()


def _happened(errand: Errand) -> tuple[Entry, Gathering | None]:
    entry = entry_of(errand)
    return entry, Gathering.objects.select_related("node").filter(uri=entry.uri).first()
