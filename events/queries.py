"""Lists for pages, with all that their page shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils import timezone

from cop.access import run_by
from events.models import Attendee, Gathering
from federation import restrictions

if TYPE_CHECKING:
    from atlas.models import Card
    from federation.models import Actor

MOST_FESTIVALS = 200
MOST_IN_CALENDAR = 1000


def behind(found: QuerySet[Card]) -> QuerySet[Gathering]:
    """The gatherings of some cards, for a calendar file: soonest first, at most a thousand."""
    rows = Gathering.objects.filter(uri__in=found.order_by().values("uri"), withdrawn_at__isnull=True)
    return rows.exclude(starts=None).select_related("actor").order_by("starts", "pk")[:MOST_IN_CALENDAR]


def programme(festival: Gathering, reader: Actor | None) -> QuerySet[Gathering]:
    """What happens at a festival, soonest first, from every node."""
    rows = Gathering.objects.visible_to(reader).unasked().filter(festival_id=festival.uri).exclude(pk=festival.pk)
    return rows.select_related("actor", "node").order_by("starts", "pk")[:MOST_FESTIVALS]


def festivals(reader: Actor | None) -> QuerySet[Gathering]:
    """Festivals that are not over, to be part of."""
    rows = Gathering.objects.visible_to(reader).filter(kind=Gathering.Kind.FESTIVAL)
    still = Q(ends__gte=timezone.now()) | Q(ends__isnull=True)
    return rows.filter(still).order_by("starts", "title")[:MOST_FESTIVALS]


def waiting_at(gathering: Gathering, reader: Actor) -> QuerySet[Attendee]:
    """Those who asked and were not answered, longest first; nobody whom the reader blocks."""
    asking = gathering.attendees.filter(state=Attendee.State.ASKED).exclude(actor__node__blocked_at__isnull=False)
    asking = asking.exclude(restrictions.whom_they_block(reader))
    return asking.select_related("actor__node").order_by("asked_at", "pk")


def answered_at(gathering: Gathering, reader: Actor) -> QuerySet[Attendee]:
    """Those who come, then those who were given no place, both by name, each with `words`: what they wrote.

    Who comes has to be known to everybody who opens the door; of whom the reader blocks they read no more than that.
    """
    answered = gathering.attendees.exclude(state=Attendee.State.ASKED).exclude(actor__node__blocked_at__isnull=False)
    unread = When(restrictions.whom_they_block(reader), then=Value(""))
    answered = answered.annotate(words=Case(unread, default=F("message")))
    return answered.select_related("actor__node").order_by("state", "name", "pk")


def attendance(gathering: Gathering, person: Actor | None) -> Attendee | None:
    return gathering.attendees.filter(actor=person).first() if person is not None else None


def waiting_for_answer(person: Actor) -> QuerySet[Attendee]:
    """Requests to come to gatherings a person may answer for, longest waiting first; of nobody they block."""
    run = Gathering.objects.filter(run_by(person), withdrawn_at__isnull=True)
    return (
        Attendee.objects.filter(state=Attendee.State.ASKED, gathering__in=run)
        .exclude(actor__node__blocked_at__isnull=False)
        .exclude(restrictions.whom_they_block(person))
        .select_related("gathering__actor", "actor__node")
        .order_by("asked_at", "pk")
    )
