"""What a group and those who stand with it do together: what is still to come, and what was done.

Anybody can say of a gathering that it is for a group. On the group's page stands what the group itself organises, or a
body that it has agreed with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from atlas.models import Card, Link
from atlas.queries import CALLED_OFF
from atlas.relations import DONE
from cop.cards import FOR
from cop.queries import may_stand_with

if TYPE_CHECKING:
    from cop.mandates.reading import Mandate
    from cop.models import Group
    from federation.models import Actor

MOST = 12


def done_together(group: Group, reader: Actor | None, mandate: Mandate) -> list[Card]:
    """At most MOST cards, each with `was_done`: what is to come, the soonest first, then what was done, the last first.

    One query.
    """
    links = Link.objects.filter(to_uri=group.uri, relation=FOR)
    now = timezone.now()
    ahead = Q(ends__gte=now) | Q(ends__isnull=True, starts__gte=now)
    done = Q(uri__in=links.filter(state=DONE).values("from_uri"))
    theirs = Q(group_uri=group.uri) | Q(speaker_uri__in=may_stand_with(group, mandate))
    cards = Card.objects.visible_to(reader).unasked([group.uri]).filter(theirs, uri__in=links.values("from_uri"))
    cards = cards.filter(done | ahead & ~Q(state__in=CALLED_OFF))
    cards = cards.annotate(was_done=Case(When(done, then=Value(True)), default=Value(False)))
    coming = Case(When(was_done=False, then=F("starts")))
    found = list(cards.order_by("was_done", coming, "-starts", "pk").select_related("node")[:MOST])
    for card in found:
        card.said_topics = []  # type: ignore[attr-defined]  # those of the group stand above, and each on its own page
    return found
