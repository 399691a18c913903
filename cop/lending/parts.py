"""What somebody has a part in: what they borrow, what they lend, and who waits for their answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from cop.access import run_by
from cop.lending import free
from cop.models import Person, Proposal, Reservation
from federation import restrictions

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from cop.lending.free import Week
    from federation.models import Actor

State = Reservation.State
MOST_SHOWN = 100
WEEKS_BACK = 4

STEPS_OF_LENDER: dict[str, tuple[str, ...]] = {
    State.ASKED: ("giving", "declining"),
    State.GIVEN: ("handing-over", "cancelling"),
    State.OUT: ("taking-back",),
}
STEPS_OF_BORROWER: dict[str, tuple[str, ...]] = {State.ASKED: ("cancelling",), State.GIVEN: ("cancelling",)}


@dataclass
class Lending:
    """What the page of something to lend shows beside its words: when it is free, and what its reader has a part in."""

    weeks: list[Week]
    mine: list[Reservation]
    asked: list[Reservation]


def of_offer(offer: Proposal, reader: Actor | None, *, may_edit: bool) -> Lending:
    """At most three queries: what is held, the reader's own, and for whoever lends all that is open."""
    weeks = free.weeks_of(offer)
    if reader is None:
        return Lending(weeks, [], [])
    rows = _for_page(offer.reservations.filter(_is_open()))
    mine = list(rows.filter(actor=reader)[:MOST_SHOWN])
    asked: list[Reservation] = []
    if may_edit and offer.is_ours:
        others = rows.exclude(actor=reader).exclude(_of_whom_they_avoid(reader))
        asked = list(others[:MOST_SHOWN])
    for each in [*mine, *asked]:
        each.offer = offer
    return Lending(weeks, _with_steps(mine, STEPS_OF_BORROWER), _with_steps(asked, STEPS_OF_LENDER))


def borrowed_by(person: Actor) -> list[Reservation]:
    """What somebody has asked for or has, and what became of it lately; the soonest first. One query."""
    rows = _for_page(Reservation.objects.filter(actor=person).filter(_is_open() | _is_recent()))
    return _with_steps(list(rows[:MOST_SHOWN]), STEPS_OF_BORROWER)


def lent_by(person: Actor) -> list[Reservation]:
    """The same of what they answer for, without whom they block. One query."""
    offers = Proposal.objects.filter(run_by(person), shape=Proposal.Shape.LENDING)
    rows = _for_page(Reservation.objects.filter(offer__in=offers).filter(_is_open() | _is_recent()))
    rows = rows.exclude(actor=person).exclude(_of_whom_they_avoid(person))
    return _with_steps(list(rows[:MOST_SHOWN]), STEPS_OF_LENDER)


def _is_open() -> Q:
    still = Q(state__in=(State.ASKED, State.GIVEN), ends__gt=timezone.now())
    return still | Q(state=State.OUT)


def _is_recent() -> Q:
    since = timezone.now() - timezone.timedelta(weeks=WEEKS_BACK)
    return Q(state__in=Reservation.OVER, answered_at__gt=since)


def _of_whom_they_avoid(reader: Actor) -> Q:
    """Whom the reader blocks, but for whoever has something of theirs in hand."""
    avoided = restrictions.whom_they_block(reader) | Q(actor__node__blocked_at__isnull=False)
    return avoided & ~Q(state__in=Reservation.HOLDING)


def _for_page(rows: QuerySet[Reservation]) -> QuerySet[Reservation]:
    """With all that is shown; `borrower_page` and `lender_page` name the page of either, where they show one and can be
    written to."""
    rows = rows.select_related("offer__actor", "offer__node", "actor__node").order_by("starts", "pk")
    return rows.annotate(borrower_page=_page_of("actor"), lender_page=_page_of("offer__actor"))


def _page_of(actor: str) -> Subquery:
    shown = Person.objects.filter(actor=OuterRef(actor), is_public=True, withdrawn_at__isnull=True)
    return Subquery(shown.values("public_id")[:1])


def _with_steps(rows: list[Reservation], steps: dict[str, tuple[str, ...]]) -> list[Reservation]:
    for each in rows:
        each.steps = steps.get(each.state, ()) if each.is_open else ()  # type: ignore[attr-defined]
    return rows
