"""What follows for gatherings from what happens elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atlas import cards
from events.actions.attendance import leave
from events.models import Attendee, Gathering
from federation import audiences
from federation.models import AudienceKey
from journal import entry_of, reaction

if TYPE_CHECKING:
    from journal.models import Errand

MOST_AT_A_PLACE = 1000  # a register's place of long ago must not hold up the journal


@reaction("events.forget_attendee", to="actor.gone")
def forget_attendee(errand: Errand) -> None:
    """Whoever closed their account elsewhere does not come: their places are free for others."""
    entry = entry_of(errand)
    for attendee in Attendee.objects.filter(actor__uri=entry.uri).select_related("actor", "gathering"):
        leave(attendee.actor, attendee.gathering)


@reaction("events.free_places", to=("group.left", "group.member_removed", "group.membership_ended"))
def free_places(errand: Errand) -> None:
    """Whoever is no longer in a group does not come to what is for its members, unless they came back meanwhile."""
    entry = entry_of(errand)
    audience = audiences.of_group(entry.uri)
    if AudienceKey.objects.filter(actor__uri=entry.actor, audience=audience).exists():
        return
    held = Attendee.objects.filter(actor__uri=entry.actor, gathering__audience=audience)
    for attendee in held.select_related("actor", "gathering"):
        leave(attendee.actor, attendee.gathering)


@reaction("events.refresh_at_place", to=("place.published", "place.withdrawn"))
def refresh_at_place(errand: Errand) -> None:
    """A gathering may be heard of before the place it is held at: its card then learns the way there."""
    entry = entry_of(errand)
    held = Gathering.objects.filter(venue_id=entry.uri, withdrawn_at__isnull=True).order_by("pk")
    for uri in held.values_list("uri", flat=True)[:MOST_AT_A_PLACE]:
        cards.refresh("gathering", uri)
