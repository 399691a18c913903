"""Hosts are asked, stewards hear their answers, newcomers are welcomed, and hosts hear that somebody has come."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.access import stewards
from accounts.models import User
from cop import hosting
from cop.models import Arrival, Host, Person, Welcome
from federation.models import Block
from frontend.direction import alone
from frontend.text import plain, render_markdown
from frontend.times import language_name
from journal import entry_of, periodic, reaction
from notifications.actions import notify
from notifications.kinds import PARAM_LENGTH, notice_kind
from notifications.models import Notice

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from journal.models import Errand

EVERY = dt.timedelta(minutes=5)
AT_ONCE = 200  # newcomers of one round
WELCOMED, ARRIVED = "welcomed", "newcomers_arrived"
TO_HOST = {"host.asked": "host_asked", "host.ended": "host_ended"}
TO_STEWARDS = {"host.agreed": "host_agreed", "host.declined": "host_declined", "host.stopped": "host_stopped"}


def _welcoming_page(_notice: object) -> str:
    return "/me/welcoming"


def _desk_page(_notice: object) -> str:
    return "/desk/hosts"


def _host_page(notice: Notice) -> str:
    greeting = _greeting(notice)
    return greeting.page if greeting else ""


def _named(notice: Notice) -> Mapping[str, Any]:
    """Who shows no page is nobody in particular, in the reader's language."""
    return {"person": notice.params.get("person") or _("Somebody")}


def _greeting(notice: Notice) -> hosting.Greeting | None:
    """What the host says now: who hides their page, is kept from others or writes new words does so here too."""
    held = vars(notice)
    if "greeting" not in held:
        held["greeting"] = hosting.greeting_by(notice.uri, notice.user)
    return held["greeting"]  # type: ignore[no-any-return]


def _as_said_now(notice: Notice) -> Mapping[str, Any]:
    greeting = _greeting(notice)
    if greeting is None:
        return {"welcome": gettext("You were welcomed here. What was written is not shown any more.")}
    person = alone(greeting.name)
    if greeting.language != notice.user.language:
        language = language_name(greeting.language)
        text = gettext("%(person)s welcomes newcomers here, in this language: %(language)s.")
        return {"welcome": text % {"person": person, "language": language}}
    words = alone(plain(render_markdown(greeting.text), PARAM_LENGTH))
    return {"welcome": gettext("%(person)s welcomes you: %(words)s") % {"person": person, "words": words}}


def _counted(notice: Notice) -> Mapping[str, Any]:
    count = int(notice.params.get("count", 1))
    newcomers = ngettext("Somebody new is here", "%(count)s new people are here", count) % {"count": count}
    return {"newcomers": newcomers}


notice_kind(
    "host_asked",
    _("The stewards of this node ask whether you would welcome newcomers. You decide."),
    matter="words",
    address=_welcoming_page,
)
notice_kind(
    "host_ended",
    _("You no longer welcome newcomers: the stewards of this node have ended it."),
    matter="words",
    address=_welcoming_page,
)
for _kind, _text in (
    ("host_agreed", _("%(person)s has said yes and welcomes newcomers now.")),
    ("host_declined", _("%(person)s would rather not welcome newcomers.")),
    ("host_stopped", _("%(person)s no longer welcomes newcomers.")),
):
    notice_kind(_kind, _text, matter="node", address=_desk_page)(_named)
notice_kind(WELCOMED, "%(welcome)s", matter="news", address=_host_page)(_as_said_now)
notice_kind(
    ARRIVED,
    _("%(newcomers)s. Your welcome is on the front door, and you can be written to."),
    matter="news",
    address=_welcoming_page,
)(_counted)


@reaction("cop.tell_host", to=tuple(TO_HOST))
def tell_host(errand: Errand) -> None:
    """The person who was named. The page where they answer looks up how it stands by then."""
    entry = entry_of(errand)
    user = User.objects.filter(actor__uri=entry.uri, is_active=True).first()
    if user is not None:
        notify(user, TO_HOST[entry.name], entry.uri, entry=entry)


@reaction("cop.tell_stewards_of_host", to=tuple(TO_STEWARDS))
def tell_stewards_of_host(errand: Errand) -> None:
    """The stewards of this node, except of what they answered themselves."""
    entry = entry_of(errand)
    page = Person.objects.filter(uri=entry.uri, is_public=True).first()
    for steward in stewards().exclude(actor__uri=entry.actor):
        notify(steward, TO_STEWARDS[entry.name], entry.uri, entry=entry, person=page.name if page else "")


@reaction("cop.forget_welcomes", to=("host.stopped", "host.ended"))
def forget_welcomes(errand: Errand) -> None:
    """The words of who welcomes nobody any more stand in no notice, nor do notices of who has come."""
    entry = entry_of(errand)
    Notice.objects.filter(kind__in=[WELCOMED, ARRIVED], uri=entry.uri).delete()


@periodic("cop.welcome_newcomers", every=EVERY)
def welcome_newcomers(errand: Errand) -> None:
    """Everybody new is welcomed once, as soon as somebody welcomes; a host hears of all who came in one notice."""
    said = list(hosting.welcomes_for(None).select_related("host__user__actor"))
    new = list(_not_welcomed_yet()[:AT_ONCE]) if said else []
    apart = _kept_apart([user.pk for user in new])
    load = Counter(Arrival.objects.filter(at__gte=timezone.now() - hosting.NEW_FOR).values_list("host", flat=True))
    came: Counter[int] = Counter()
    for user in new:
        welcome = _choose(user, said, load, apart)
        if welcome is None:
            continue
        Arrival.objects.create(user=user, host=welcome.host)
        load[welcome.host_id] += 1
        notify(user, WELCOMED, welcome.host.user.actor.uri)  # keeps neither name nor words
        came[welcome.host_id] += welcome.language == user.language
    for host in {each.host for each in said if came[each.host_id]}:
        _tell_of_arrivals(host, came[host.pk])


def _not_welcomed_yet() -> Any:
    """People who joined within a week and have proved their address; stewards look after the node already."""
    since = timezone.now() - hosting.NEW_FOR
    new = User.objects.filter(joined_at__gte=since, is_active=True, is_steward=False, arrival__isnull=True)
    proved = new.filter(emailaddress__verified=True, emailaddress__primary=True)
    return proved.exclude(host__state=Host.State.WELCOMING).order_by("joined_at", "pk")


def _kept_apart(users: Iterable[int]) -> set[tuple[int, int]]:
    """Pairs of accounts of which one blocks the other, both ways round."""
    rows = Block.objects.filter(blocker__user__isnull=False, blocked__user__isnull=False)
    pairs = set(rows.filter(blocker__user__in=users).values_list("blocker__user", "blocked__user"))
    pairs |= set(rows.filter(blocked__user__in=users).values_list("blocker__user", "blocked__user"))
    return pairs | {(other, one) for one, other in pairs}


def _choose(user: User, said: list[Welcome], load: Counter[int | None], apart: set[tuple[int, int]]) -> Welcome | None:
    """In their language before any other; of several hosts the one who welcomed the fewest lately."""
    open_to = [each for each in said if (user.pk, each.host.user_id) not in apart]
    return min(open_to, key=lambda each: (each.language != user.language, load[each.host_id], each.pk), default=None)


def _tell_of_arrivals(host: Host, count: int) -> None:
    """One unread notice counts on."""
    uri = host.user.actor.uri
    unread = Notice.objects.filter(user=host.user, kind=ARRIVED, uri=uri, entry=None, read_at=None).first()
    before = int(unread.params.get("count", 0)) if unread else 0
    notify(host.user, ARRIVED, uri, count=before + count)
