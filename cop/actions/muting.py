"""No notices of what is written about a thing, or in a conversation, and notices again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from cop.access import talk_for_reading
from cop.models import Mute
from federation import actors

if TYPE_CHECKING:
    from federation.models import Actor

MOST_MUTED = 500  # places of one person


class TooManyMuted(ValueError):
    """They hear nothing of as many places as can be kept: one of them must be heard again first."""


def mute(person: Actor, about_uri: str) -> None:
    """No more notices of what is written there. A second time changes nothing.

    Raises Http404 for what is no thing they may read and no conversation of theirs, and TooManyMuted.
    """
    talk_for_reading(person, about_uri)
    with transaction.atomic():
        actors.one_at_a_time(person)
        held = Mute.objects.filter(actor=person)
        if held.filter(about_uri=about_uri).exists():
            return
        if held.count() >= MOST_MUTED:
            raise TooManyMuted(f"{MOST_MUTED} places are muted")
        Mute.objects.create(actor=person, about_uri=about_uri)


def unmute(person: Actor, about_uri: str) -> None:
    """Also of what they may not read any more."""
    Mute.objects.filter(actor=person, about_uri=about_uri).delete()
