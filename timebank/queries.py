"""What the pages of time banks show. Each a fixed number of queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from django.db.models import Q, Sum
from django.template.loader import render_to_string

from cop.models import Commitment, Match
from cop.models.matches import OFFER
from timebank.access import accounts_of, groups_of, transfers_of
from timebank.models import MOST_MINUTES, Account, Bank, Clearing, Transfer
from timebank.models.transfers import GIVER, LONGEST_WORDS, RECEIVER

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from cop.models import Group
    from federation.models import Actor

State = Transfer.State

MOST_FROM_MATCHES = 10
MOST_KNOWN_BANKS = 200
QUARTER = 15  # minutes


class Totals(NamedTuple):
    """Of a whole bank; nothing of any one person."""

    people: int
    minutes: int


class Line(NamedTuple):
    """A transfer as one of the two sees it."""

    transfer: Transfer
    account: Account
    gave: bool
    other: str

    @property
    def waits_for_me(self) -> bool:
        asked = self.transfer.asked
        return self.transfer.is_waiting and asked is not None and asked.pk == self.account.pk


class Done(NamedTuple):
    """Hours that somebody wrote down for a finished match, and the form they can become."""

    title: str
    minutes: int
    gave: bool
    url: str


def bank_of_group(request: HttpRequest, group: Group, *, runs: bool = False) -> str:
    """What the page of a group says of its time bank; nothing where there is none and nobody could open one."""
    bank = Bank.objects.visible_to(request.actor).filter(actor=group.actor_id).order_by("-published_at").first()
    if bank is None and not runs:
        return ""
    return render_to_string("timebank/_of_group.html", {"bank": bank, "group": group}, request=request)


def totals_of(bank: Bank) -> Totals:
    people = bank.accounts.filter(peer="", closed_at__isnull=True, actor__isnull=False).count()
    minutes = bank.transfers.filter(state=State.CONFIRMED).aggregate(all=Sum("minutes"))["all"]
    return Totals(people, minutes or 0)


def partners_of(bank: Bank) -> QuerySet[Clearing]:
    """The banks elsewhere with which hours go to and fro, without those on nodes that are blocked."""
    rows = bank.clearings.filter(state=Clearing.State.OPEN).select_related("actor__node")
    return rows.exclude(actor__node__blocked_at__isnull=False).order_by("peer_name", "pk")


def people_in(bank: Bank) -> QuerySet[Account]:
    rows = Account.objects.filter(bank=bank, peer="", closed_at__isnull=True, actor__isnull=False)
    return rows.select_related("actor").order_by("name", "pk")


def known_banks(person: Actor, bank: Bank) -> list[Bank]:
    """Of other nodes, those with which there is nothing yet, or nothing any more."""
    rows = Bank.objects.visible_to(person).filter(node__isnull=False).select_related("node", "actor")
    clearing = bank.clearings.exclude(state=Clearing.State.ENDED).values("peer")
    return list(rows.exclude(uri__in=clearing).order_by("name", "pk")[:MOST_KNOWN_BANKS])


def accounts_to_show(person: Actor) -> QuerySet[Account]:
    """`may_begin` says in which they can say something new: where the bank is open, and they are in its group."""
    may_begin = Q(bank__withdrawn_at__isnull=True, bank__actor__in=groups_of(person))
    return accounts_of(person).annotate(may_begin=may_begin).order_by("pk")


def waiting_for(person: Actor) -> list[Line]:
    """What somebody is asked to confirm, the oldest first."""
    mine = Account.objects.filter(actor=person).values("pk")
    asked = Q(proposed_by=GIVER, receiver__in=mine) | Q(proposed_by=RECEIVER, giver__in=mine)
    return [
        line_of(each, person) for each in _whole(Transfer.objects.filter(asked, state=State.PROPOSED)).order_by("pk")
    ]


def history_of(person: Actor) -> QuerySet[Transfer]:
    """All that somebody gave and received, and what of theirs waits for others, the newest first."""
    mine = Account.objects.filter(actor=person).values("pk")
    waits = Q(proposed_by=GIVER, receiver__in=mine) | Q(proposed_by=RECEIVER, giver__in=mine)
    return _whole(transfers_of(person)).exclude(waits, state=State.PROPOSED).order_by("-made_at", "-pk")


def line_of(transfer: Transfer, person: Actor) -> Line:
    """No query, of a row of the lists above."""
    gave = transfer.giver is not None and transfer.giver.actor_id == person.pk
    mine, other = (transfer.giver, transfer.receiver) if gave else (transfer.receiver, transfer.giver)
    assert mine is not None  # whose transfers these are stands on one side of them
    name = other.name if other is not None else ""
    if transfer.clearing is not None:  # until they have answered, only their bank has a name here
        name = transfer.other_name or transfer.clearing.peer_name
    return Line(transfer, mine, gave, name)


def hours_from_matches(person: Actor) -> list[Done]:
    """Of finished matches in which somebody spoke and wrote down hours, for a form that begins with them."""
    account = accounts_to_show(person).filter(may_begin=True).first()
    if account is None:
        return []
    rows = Commitment.objects.filter(Q(actor=person) | Q(author=person), hours__gt=0)
    rows = rows.filter(match__state__in=(Match.State.DONE, Match.State.THANKED)).select_related("match")
    found = []
    for each in rows.order_by("-match__moved_at")[:MOST_FROM_MATCHES]:
        minutes = max(min(round(each.hours * 60 / QUARTER) * QUARTER, MOST_MINUTES), QUARTER)
        gave = each.side == OFFER
        given = {"side": GIVER if gave else RECEIVER, "minutes": minutes, "words": each.match.title[:LONGEST_WORDS]}
        url = f"/timebank/accounts/{account.public_id}/transfers/new?{urlencode(given)}"
        found.append(Done(each.match.title, minutes, gave, url))
    return found


def _whole(rows: QuerySet[Transfer]) -> QuerySet[Transfer]:
    return rows.select_related("giver", "receiver", "bank", "clearing__actor__node")
