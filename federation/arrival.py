"""How far what we told another node has come, in one word: for whoever wrote it, and for the stewards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import OuterRef, Subquery, TextChoices

from federation.kept_out import PAUSED
from federation.models import Delivery, Node, Publication
from federation.overtaken import COMPARED, NO_LONGER_THEIRS

if TYPE_CHECKING:
    from django.db.models import QuerySet


class Arrival(TextChoices):
    """`federation/_arrival.html` has the sentences."""

    RECEIVED = "received"
    READ = "read"  # with what we publish, without having been told of it; or found when views were compared
    ON_ITS_WAY = "on its way"
    WAITING = "waiting"  # their server does not answer
    THEY_PAUSED = "they paused"
    PUT_OFF = "put off"  # their server answers that it cannot take it now
    PAUSED = "paused"
    BLOCKED = "blocked"
    REFUSED = "refused"
    GIVEN_UP = "given up"
    LEFT_TO_THEM = "left to them"  # they were away for long, and look for what they missed
    NOT_FOR_THEM = "not for them"
    OVERTAKEN = "overtaken"


def with_positions(rows: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Each with `position`: where the thing it tells of stands in our catalogue as it is now, if it is for everyone."""
    published = Publication.objects.filter(uri=OuterRef("activity__object_uri"), public=True).values("position")
    return rows.annotate(position=Subquery(published[:1]))


def has_read(node: Node, position: int | None) -> bool:
    """Whether a neighbour has read our catalogue as far as that, or was found to hold all that stood in it then."""
    return position is not None and position <= node.given_cursor


def arrival(row: Delivery, position: int | None) -> Arrival:
    """Where a delivery has got to; `position` is that of the thing it tells of, None where it is not for everyone."""
    if row.delivered_at is not None:
        return Arrival.RECEIVED
    if has_read(row.node, position):
        return Arrival.READ
    if row.state == Delivery.State.DONE:
        return _settled(row.answer)
    if row.state == Delivery.State.DEAD:
        return Arrival.GIVEN_UP if row.unreached else Arrival.REFUSED
    if row.node.blocked_at is not None:
        return Arrival.BLOCKED
    if row.node.peering == Node.Peering.PAUSED:
        return Arrival.PAUSED
    if not row.attempts:
        return Arrival.WAITING if row.node.unreachable_since else Arrival.ON_ITS_WAY
    if PAUSED in row.answer:
        return Arrival.THEY_PAUSED
    return Arrival.PUT_OFF if row.answer else Arrival.WAITING


def _settled(answer: str) -> Arrival:
    """Why it is not sent any more."""
    if answer == COMPARED:
        return Arrival.LEFT_TO_THEM
    return Arrival.NOT_FOR_THEM if answer == NO_LONGER_THEIRS else Arrival.OVERTAKEN
