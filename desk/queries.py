"""What waits for a steward, oldest first, and how the node is doing, in numbers the pages put into words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.db.models import Case, Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery, When
from django.utils import timezone

from cop import threads
from cop.queries import NamedThing
from federation import reports, types
from federation.models import Delivery, Document, Flag, Following, Node, Receipt, Restriction, Source
from journal import Errand, roll
from journal.models import Claimable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from journal import Heartbeat

WORK_IS_LATE = dt.timedelta(minutes=2)
AWAY_AFTER = dt.timedelta(hours=1)
ALARM = "desk:alarm"
ALARM_SECONDS = 20
"""How long a page may go on showing what was found before: with `keeper.SILENCE` well below two minutes."""


@dataclass(frozen=True)
class Health:
    """`waiting` counts what is due and what failed and is tried again, not what the clock will ask for by and by, nor
    what is kept for a node that is paused, blocked or away.

    `late_since` is when the oldest due work became due; None when nothing is late. `away` are neighbours that have not
    answered for AWAY_AFTER, `being_read` those whose catalogue is not read to its end.
    """

    worker_alive: bool
    worker_seen: datetime | None
    workers_missing: list[Heartbeat]
    waiting: int
    late_since: datetime | None
    given_up: int
    away: list[Node]
    being_read: list[Node]


def open_reports() -> QuerySet[Flag]:
    """What waits for an answer, oldest first."""
    return reports.waiting()


def all_reports() -> QuerySet[Flag]:
    """Those that wait first, then the newest."""
    waits_first = Case(When(closed_at__isnull=True, then=0), default=1)
    return Flag.objects.select_related("node").order_by(waits_first, "-received_at", "-pk")


def held() -> QuerySet[Restriction]:
    """What somebody new has published first, oldest first; not what they took back meanwhile. One query."""
    held = Restriction.objects.in_force().filter(level=Restriction.Level.HELD)
    for type_ in types.all_types():
        gone = type_.model._default_manager.filter(uri=OuterRef("object_uri"), withdrawn_at__isnull=False)
        held = held.exclude(Exists(gone.order_by()))
    return held.order_by("made_at", "pk")


def decisions() -> QuerySet[Restriction]:
    """Everything that stewards decided, newest first; what waits is decided when it waits no more (`decided_at`)."""
    held = Q(level=Restriction.Level.HELD)
    rows = Restriction.objects.exclude(held, lifted_at__isnull=True)
    rows = rows.annotate(decided_at=Case(When(held, then=F("lifted_at")), default=F("made_at")))
    return rows.select_related("actor__node", "by__user", "lifted_by__user", "group", "flag").order_by(
        "-decided_at", "-pk"
    )


def with_things(rows: Iterable[Restriction]) -> list[tuple[Restriction, NamedThing | None]]:
    """Each with what it is about, where that is still there. A fixed number of queries."""
    rows = list(rows)
    named = things_at([row.object_uri for row in rows if row.object_uri])
    return [(row, named.get(row.object_uri)) for row in rows]


def things_at(uris: Iterable[str]) -> dict[str, NamedThing]:
    """What things are called and where their pages are, for stewards, who see what is kept from others too."""
    found = {}
    for uri, (_type, row) in types.locate_all(set(uris)).items():
        if row.withdrawn_at is None:
            title = threads.title_of(row) or row.actor.name or row.actor.handle
            found[uri] = NamedThing(str(title), row.get_absolute_url())
    return found


def sources() -> QuerySet[Source]:
    """What this node listens to on other software, each with the `state` of our follow; empty before it was sent."""
    ours = Following.objects.filter(follower__node__isnull=True, follower__type="Application")
    state = ours.filter(followed=OuterRef("actor")).values("state")[:1]
    return Source.objects.select_related("actor").annotate(state=Subquery(state)).order_by("address")


def shared_by(node: Node) -> int:
    """How many things of a node are in the metropolitan view here."""
    return Document.objects.filter(node=node, counted=True, tombstone=False).count()


def health() -> Health:
    now = timezone.now()
    workers = roll()
    ready, due = Q(state=Claimable.State.READY), Q(due_at__lte=now)
    counts = {"at": Min("due_at", filter=due), "waiting": Count("pk", filter=due | Q(attempts__gt=0))}
    lanes = [
        rows.filter(ready).aggregate(**counts) for rows in (Errand.objects, Receipt.objects, Delivery.not_held_back())
    ]
    first, *others = (model._default_manager.filter(state=Claimable.State.DEAD).values_list("pk") for model in _LANES)
    neighbours = list(Node.objects.filter(peering__in=Node.SHARING, blocked_at__isnull=True).order_by("name", "origin"))
    late = [lane["at"] for lane in lanes if lane["at"] is not None and now - lane["at"] > WORK_IS_LATE]
    return Health(
        worker_alive=workers.any_alive,
        worker_seen=workers.last,
        workers_missing=workers.missing,
        waiting=sum(lane["waiting"] for lane in lanes),
        late_since=min(late) if late else None,
        given_up=first.union(*others, all=True).count(),
        away=[node for node in neighbours if node.unreachable_since and now - node.unreachable_since > AWAY_AFTER],
        being_read=[node for node in neighbours if node.catalogue_left],
    )


def alarm(user: Any) -> str:
    """What a steward has to know on whichever page they are: "dead" where no worker answers, "missing" where one of
    several fell silent, else nothing. One query, at most every ALARM_SECONDS."""
    if not getattr(user, "is_steward", False):
        return ""
    found = cache.get(ALARM)
    if found is None:
        workers = roll()
        found = "dead" if not workers.any_alive else "missing" if workers.missing else ""
        cache.set(ALARM, found, ALARM_SECONDS)
    return str(found)


def given_up() -> list[tuple[str, list[Claimable]]]:
    """The work that was tried and given up, newest first, at most 50 of each lane, with its error."""
    errands = Errand.objects.filter(state=Claimable.State.DEAD).select_related("entry").order_by("-pk")[:50]
    receipts = Receipt.objects.filter(state=Claimable.State.DEAD).select_related("actor__node").order_by("-pk")[:50]
    deliveries = (
        Delivery.objects.filter(state=Claimable.State.DEAD).select_related("activity", "node").order_by("-pk")[:50]
    )
    return [("errand", list(errands)), ("receipt", list(receipts)), ("delivery", list(deliveries))]


_LANES: tuple[type[Claimable], ...] = (Errand, Receipt, Delivery)
