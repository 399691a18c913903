"""What somebody can bring into a match: what they have published themself, or for the groups they speak for."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from django.db.models import Q

from cop.models import Expertise, Member, Place, Proposal
from cop.models.matches import NEED

if TYPE_CHECKING:
    from federation.models import Actor, Published

MOST_OFFERED = 60  # things to choose from, of each kind, the newest


def things_of(person: Actor, side: str) -> list[Published]:
    """Needs for the side that has one; offers, expertise, places for the one that can help. At most three queries."""
    joined = Member.objects.filter(actor=person, state=Member.State.JOINED, group__node__isnull=True)
    mine = Q(actor=person) | Q(actor__in=joined.values("group__actor"))
    shown = Q(node__isnull=True, withdrawn_at__isnull=True)
    if side == NEED:
        kinds = [Proposal.objects.filter(direction=Proposal.Direction.NEED)]
    else:
        offers = Proposal.objects.filter(direction=Proposal.Direction.OFFER)
        kinds = [offers, Expertise.objects.all(), Place.objects.all()]  # type: ignore[list-item]
    found = (
        rows.filter(mine, shown).select_related("actor").order_by("-published_at")[:MOST_OFFERED] for rows in kinds
    )
    return list(chain.from_iterable(found))
