"""Other nodes for the pages of the desk: how each is doing, in numbers the pages put into words, and what happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from cop.models import Person
from federation.kept_out import PAUSED
from federation.models import Acceptance, Actor, Delivery, Document, Following, Node, Publication
from journal import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from django.utils.functional import Promise

HAPPENED = {
    "node.invited": _("We asked them to become neighbours."),
    "node.asked": _("They asked us to become neighbours."),
    "node.peered": _("We became neighbours."),
    "node.declined": _("They said no."),
    "node.refused": _("We said no, or took our question back."),
    "node.paused": _("We paused."),
    "node.resumed": _("We carried on."),
    "node.limited": _("We stopped showing them unasked."),
    "node.unlimited": _("We show them like any other neighbour again."),
    "node.blocked": _("We blocked them."),
    "node.unblocked": _("We ended the block."),
    "node.away": _("They did not answer for a day."),
    "node.back": _("They answer again."),
    "node.ended": _("We ended the neighbourhood."),
    "node.left": _("They ended the neighbourhood."),
}


@dataclass(frozen=True)
class Happening:
    """A line of the history; `who` is the steward here who did it, empty for the other side and for what the clock
    did, `remark` the reason they gave."""

    at: datetime
    text: str
    who: str
    remark: str


def with_progress(found: Iterable[Node], ours: int) -> list[Node]:
    """Nodes with how far each has read the other's catalogue, as numbers to be read: `things_read` of `things_there`,
    and `ours_read` of `ours_total`."""
    listed = list(found)
    for node in listed:
        held: int = node.held  # type: ignore[attr-defined]
        node.things_read = _grouped(held)  # type: ignore[attr-defined]
        node.things_there = _grouped(held + (node.catalogue_left or 0))  # type: ignore[attr-defined]
        node.ours_total = _grouped(ours)  # type: ignore[attr-defined]
        node.ours_read = _grouped(max(0, ours - (node.given_left or 0)))  # type: ignore[attr-defined]
    return listed


def _grouped(number: int) -> str:
    """“2,300”, as the reader's language writes it."""
    return number_format(number, use_l10n=True, force_grouping=True)


def nodes() -> QuerySet[Node]:
    """Nodes, each with `waiting` deliveries, `says_paused` where they told us so, and `held` things of theirs."""
    ready = Delivery.objects.filter(node=OuterRef("pk"), state=Delivery.State.READY)
    held = Document.objects.filter(node=OuterRef("pk"), counted=True)
    return Node.objects.select_related("actor").annotate(
        waiting=_count(ready),
        says_paused=Exists(ready.filter(error__startswith=f"503 {PAUSED}")),
        held=_count(held),
    )


def neighbours() -> QuerySet[Node]:
    """Every node we have dealings with or have blocked, those that wait for an answer first."""
    unanswered_first = Case(When(peering=Node.Peering.ASKED, then=0), default=1)
    dealt_with = ~Q(peering=Node.Peering.NONE) | Q(blocked_at__isnull=False)
    return nodes().filter(dealt_with).order_by(unanswered_first, "-peering", "name", "origin")


def asking() -> QuerySet[Node]:
    """Nodes that wait for an answer, each with `asked_by`, the address of their Follow."""
    theirs = Following.objects.filter(follower=OuterRef("actor"), followed__type=Actor.Type.APPLICATION)
    waiting = Node.objects.filter(peering=Node.Peering.ASKED, blocked_at__isnull=True).select_related("actor")
    asked = theirs.filter(followed__node__isnull=True).values("uri")[:1]
    return waiting.annotate(asked_by=Coalesce(Subquery(asked), "origin")).order_by("pk")


def _count(rows: QuerySet[Delivery] | QuerySet[Document]) -> Coalesce:
    counted = rows.order_by().values("node").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def how_many_ours() -> int:
    """The public things of this node, tombstones included: what its catalogue holds."""
    return Publication.objects.filter(public=True).count()


def open_question(node: Node, ours: Actor) -> tuple[str, bool]:
    """The Follow that waits for an answer, and whether it is ours; empty where none does."""
    if node.actor is None or node.peering not in {Node.Peering.INVITED, Node.Peering.ASKED}:
        return "", False
    here = node.peering == Node.Peering.INVITED
    pair = {"follower": ours, "followed": node.actor} if here else {"follower": node.actor, "followed": ours}
    return Following.objects.filter(**pair).values_list("uri", flat=True).first() or "", here


def acceptances(node: Node) -> list[Acceptance]:
    """Who accepted the agreement here, each with `who`, the newest first."""
    found = list(node.acceptances.order_by("-at", "-pk")[:10])
    names = _names(each.by for each in found)
    for each in found:
        each.who = names.get(each.by, "")  # type: ignore[attr-defined]
    return found


def history(node: Node) -> QuerySet[Entry]:
    """What happened between this node and another, the newest first; the journal forgets nothing of it."""
    entries = Entry.objects.filter(uri=node.origin, name__in=HAPPENED).select_related("remark")
    return entries.order_by("-id")


def in_words(entries: Iterable[Entry], words: Mapping[str, Promise] = HAPPENED) -> list[Happening]:
    """What happened and which steward did it. One query, for their names."""
    entries = list(entries)
    names = _names(each.actor for each in entries)
    return [
        Happening(
            each.at,
            str(words[each.name]),
            names.get(each.actor, ""),
            each.remark.text if hasattr(each, "remark") else "",
        )
        for each in entries
    ]


def _names(uris: Iterable[str]) -> dict[str, str]:
    """What people of this node are called, for their fellow stewards: by their page, else by their account."""
    wanted = {uri for uri in uris if uri}
    if not wanted:
        return {}
    page = Person.objects.filter(actor=OuterRef("pk")).values("name")[:1]
    people = Actor.objects.filter(uri__in=wanted, node__isnull=True).annotate(called=Subquery(page))
    rows = people.values_list("uri", "called", "user__email")
    return {uri: called or email or "" for uri, called, email in rows}
