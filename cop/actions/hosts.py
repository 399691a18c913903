"""Asking somebody to welcome newcomers; their yes, their words, their no; the end of it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from accounts.access import require_steward
from cop.models import Host, Person, Welcome
from federation import actors
from journal import record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounts.models import User

NOT_AGAIN_FOR = dt.timedelta(days=30)


class AlreadyAsked(ValueError):
    """They were asked and have not answered, welcome newcomers already, or said no lately."""


class NoPage(ValueError):
    """They show no page with a name, so nobody could tell who welcomes them, or write to them."""


class NotAsked(ValueError):
    """They are not asked any more, or have said no meanwhile."""


class NoWords(ValueError):
    """A welcome in no language is none."""


def ask_host(steward: User, user: User, words: Mapping[str, str]) -> Host:
    """Ask somebody with an account here to welcome newcomers, with proposed `words` by language. Nothing is shown
    before they say yes. Raises PermissionDenied, AlreadyAsked, NoWords."""
    require_steward(steward)
    with transaction.atomic():
        held = Host.objects.select_for_update().filter(user=user).first()
        if held is not None and not _may_be_asked_again(held):
            raise AlreadyAsked(f"{held} is {held.state}")
        fresh = {"state": Host.State.ASKED, "to_visitors": False, "asked_at": timezone.now(), "answered_at": None}
        host = Host.objects.update_or_create(user=user, defaults=fresh)[0]
        _say(host, words)
        record("host.asked", actors.for_user(user).uri, actor=actors.for_user(steward).uri)
    return host


def agree(host: Host, words: Mapping[str, str], *, to_visitors: bool) -> Host:
    """Yes: newcomers read the name on their page, and these words. Once said, it changes the words.
    Raises NotAsked, NoPage, NoWords."""
    actor = actors.for_user(host.user)
    with transaction.atomic():
        held = _locked(host)
        if held is None:
            raise NotAsked(f"{host} was ended or has said no")
        if not Person.objects.filter(actor=actor, is_public=True, withdrawn_at__isnull=True).exists():
            raise NoPage("show a page first")
        is_new = held.state != Host.State.WELCOMING
        held.state, held.to_visitors = Host.State.WELCOMING, to_visitors
        held.answered_at = timezone.now() if is_new else held.answered_at
        held.save(update_fields=["state", "to_visitors", "answered_at"])
        _say(held, words)
        record("host.agreed" if is_new else "host.reworded", actor.uri, actor=actor.uri)
    return held


def decline(host: Host) -> None:
    """No, or no longer: their words are erased. Said twice, or after a steward ended it, it changes nothing."""
    actor = actors.for_user(host.user)
    with transaction.atomic():
        held = _locked(host)
        if held is None:
            return
        was_welcoming = held.state == Host.State.WELCOMING
        held.state, held.to_visitors, held.answered_at = Host.State.DECLINED, False, timezone.now()
        held.save(update_fields=["state", "to_visitors", "answered_at"])
        held.welcomes.all().delete()
        record("host.stopped" if was_welcoming else "host.declined", actor.uri, actor=actor.uri)


def end_host(steward: User, host: Host) -> bool:
    """A steward takes the question or the role back: nothing of it is kept. A no stays. Returns whether there was
    anything to end. Raises PermissionDenied."""
    require_steward(steward)
    with transaction.atomic():
        actor = actors.for_user(host.user)
        deleted, _rows = Host.objects.filter(pk=host.pk).exclude(state=Host.State.DECLINED).delete()
        if deleted:
            record("host.ended", actor.uri, actor=actors.for_user(steward).uri)
    return bool(deleted)


def _locked(host: Host) -> Host | None:
    """As the row is now, held until the transaction ends; None once it was ended, or they said no."""
    return Host.objects.select_for_update().filter(pk=host.pk).exclude(state=Host.State.DECLINED).first()


def _may_be_asked_again(host: Host) -> bool:
    if host.state != Host.State.DECLINED or host.answered_at is None:
        return False
    return host.answered_at < timezone.now() - NOT_AGAIN_FOR


def _say(host: Host, words: Mapping[str, str]) -> None:
    """These words and no others."""
    said = {language: text.strip() for language, text in words.items() if text.strip()}
    if not said:
        raise NoWords("a welcome in at least one language")
    host.welcomes.exclude(language__in=said).delete()
    for language, text in said.items():
        Welcome.objects.update_or_create(host=host, language=language, defaults={"text": text})
