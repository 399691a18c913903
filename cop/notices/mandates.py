"""Who is told of a mandate: who is to say something to a version, who proposed it, and all it binds when it lapses."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cop.access import running, stewards_of
from cop.mandates.reading import mandate_of
from cop.mandates.states import State
from cop.models import Consent, Group, MandateVersion, Member
from federation import restrictions
from journal import entry_of, periodic, reaction
from notifications.actions import notify, notify_all
from notifications.kinds import notice_kind
from notifications.models import Notice

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from journal.models import Errand

DAILY = dt.timedelta(days=1)
Stance = Consent.Stance


def _page(notice: Notice) -> str:
    return str(notice.params["page"])


def _words(notice: Notice) -> Mapping[str, Any]:
    return {"person": notice.params.get("person") or _("Somebody")}


for _name, _text in (
    ("mandate_proposed", _("%(person)s proposes “%(title)s”. Say whether you consent.")),
    ("mandate_objected", _("%(person)s objects to “%(title)s”.")),
    ("mandate_answered", _("Your objection to “%(title)s” has an answer.")),
    ("mandate_in_force", _("“%(title)s” is in force.")),
    ("mandate_left", _("%(person)s has left “%(title)s”.")),
    ("mandate_lapsed", _("“%(title)s” has lapsed. It asks to be negotiated anew.")),
):
    notice_kind(_name, _text, matter="groups", address=_page)(_words)


@reaction("cop.tell_of_version", to="mandate.published")
def tell_of_version(errand: Errand) -> None:
    """Whose word is asked for: the stewards of the bodies of this node, or the members of the one group."""
    entry = entry_of(errand)
    version = _version(entry.uri)
    if version is None or version.withdrawn_at is not None:
        return
    voices = Group.objects.ours().filter(uri__in=_voices(version)).exclude(actor=version.actor_id)
    asked = Q(pk__in=stewards_of(voices).values("pk"))
    if not version.is_shared:
        inside = Member.objects.filter(group__uri=version.about_uri, state=Member.State.JOINED)
        asked |= Q(actor__in=inside.values("actor"))
    told = User.objects.filter(asked, is_active=True).exclude(actor=version.author_id)
    _tell(told.distinct().order_by("pk"), "mandate_proposed", version, entry, version.actor.name)


@reaction("cop.tell_of_stance", to=("consent.published", "consent.changed"))
def tell_of_stance(errand: Errand) -> None:
    """Whoever proposed it hears of objections; all bodies hear when it comes into force, and when one leaves."""
    entry = entry_of(errand)
    consent = Consent.objects.select_related("actor", "node").filter(uri=entry.uri, withdrawn_at__isnull=True).first()
    version = _version(consent.version_uri) if consent is not None else None
    group = Group.objects.select_related("actor").filter(uri=version.about_uri).first() if version is not None else None
    if consent is None or version is None or group is None:
        return
    who = consent.signed or consent.actor.name
    if consent.stance == Stance.OBJECT and version.is_ours:
        told = running(version).exclude(actor=consent.author_id)
        _tell(told, "mandate_objected", version, entry, who, block=consent)
    elif consent.stance == Stance.LEFT:
        bodies = Group.objects.ours().filter(uri__in=version.party_uris).exclude(actor=consent.actor_id)
        _tell(stewards_of(bodies), "mandate_left", version, entry, who)
    elif version.is_shared and mandate_of(group, None).standing_of(version).state == State.IN_FORCE:
        bodies = Group.objects.ours().filter(uri__in=version.party_uris)
        _tell(stewards_of(bodies), "mandate_in_force", version, entry)


@reaction("cop.tell_of_answer", to="mandate.changed")
def tell_of_answer(errand: Errand) -> None:
    """Who objected, of an answer; the members, of the day their group's mandate came into force."""
    entry = entry_of(errand)
    version = _version(entry.uri)
    if version is None or version.withdrawn_at is not None:
        return
    if not version.is_shared and version.adopted_at is not None:
        inside = Member.objects.filter(group__uri=version.about_uri, state=Member.State.JOINED)
        told = User.objects.filter(actor__in=inside.values("actor"), is_active=True)
        if not Notice.objects.filter(kind="mandate_in_force", uri=version.uri).exists():
            _tell(told, "mandate_in_force", version, entry)
        return
    objecting = Consent.objects.filter(uri__in=list(version.answers), stance=Stance.OBJECT, author__isnull=False)
    told_before = Notice.objects.filter(kind="mandate_answered", uri=version.uri).values("user")
    told = User.objects.filter(actor__in=objecting.values("author"), is_active=True).exclude(pk__in=told_before)
    _tell(told, "mandate_answered", version, entry)


@periodic("cop.tell_of_lapsed", every=DAILY)
def tell_of_lapsed(errand: Errand) -> None:
    """Once, on the day after its review: those who answer for what it binds."""
    today = timezone.localdate()
    due = MandateVersion.objects.filter(review_on__lt=today, withdrawn_at__isnull=True)
    due = due.exclude(uri__in=Notice.objects.filter(kind="mandate_lapsed").values("uri"))
    for version in due.select_related("actor").order_by("pk"):
        group = Group.objects.select_related("actor").filter(uri=version.about_uri).first()
        if group is None or mandate_of(group, group.actor).standing_of(version).state != State.LAPSED:
            continue
        bodies = Group.objects.ours().filter(uri__in=[*version.party_uris, version.about_uri])
        for user in stewards_of(bodies):
            params = {"title": version.title, "page": version.get_absolute_url()}
            notify(user, "mandate_lapsed", version.uri, **params)


def _version(uri: str) -> MandateVersion | None:
    return MandateVersion.objects.select_related("actor", "node").filter(uri=uri).first()


def _voices(version: MandateVersion) -> list[str]:
    group = Group.objects.select_related("actor").filter(uri=version.about_uri).first()
    return mandate_of(group, None).standing_of(version).voices if group is not None else version.party_uris


def _tell(
    told: Iterable[User], kind: str, version: MandateVersion, entry: Any, person: str = "", *, block: Any = None
) -> None:
    speaker = block or version
    apart = restrictions.users_blocking(speaker.actor.uri, speaker.node)
    params = {"title": version.title, "page": version.get_absolute_url(), "person": person}
    notify_all(
        Notice(user=user, kind=kind, uri=version.uri, entry=entry, params=params)
        for user in told
        if user.pk not in apart
    )
