"""Keeping what somebody told, their yes, which makes a card of it, and their no, which erases it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from cop.access import NotAllowed
from cop.actions.expertise import publish_expertise
from cop.models import Expertise, Interview
from federation import actors, identity, restrictions
from journal import record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounts.models import User
    from federation.models import Actor

MOST_WAITING = 20  # that one person has written down for others


class TooMany(ValueError):
    """Somebody has written down more than others could read."""


def keep_interview(writer: User, about: User, answers: Mapping[str, str], language: str) -> Interview:
    """What `about` told. Asked of somebody else, they are told, and nobody else. Raises NotAllowed, TooMany."""
    by, whom = actors.for_user(writer), actors.for_user(about)
    if writer.pk != about.pk:
        if restrictions.keep_apart(by, whom) or restrictions.is_suspended(by):
            raise NotAllowed("they cannot be asked")
        if Interview.objects.filter(by=writer).exclude(about=writer).count() >= MOST_WAITING:
            raise TooMany(f"{MOST_WAITING} interviews that wait for an answer")
    with transaction.atomic():
        kept = Interview.objects.create(
            public_id=identity.new_public_id(), about=about, by=writer, language=language, **answers
        )
        if writer.pk != about.pk:
            record("interview.written", whom.uri, actor=by.uri)
    return kept


def approve(interview: Interview, speaker: Actor, *, audience: str, once: str, **fields: Any) -> Expertise:
    """The person it is about publishes their card, as they changed it; the answers are erased."""
    with transaction.atomic():
        person = actors.for_user(interview.about)
        card = publish_expertise(person, speaker, audience=audience, once=once, **fields)
        Interview.objects.filter(pk=interview.pk).delete()
        return card


def drop(interview: Interview) -> None:
    """Not to be published, or not any more: nothing of it stays."""
    Interview.objects.filter(pk=interview.pk).delete()
