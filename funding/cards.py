"""How a funding call looks on the atlas, and when that changes by itself: on the day it opens and the day it closes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from atlas import layers
from atlas.cards import CardData, LinkData, builder, language_of_labels, refresh
from atlas.models import Card
from atlas.relations import name_relation
from funding import money
from funding.models import Call, Status
from journal import errand, errand_kind, reaction

if TYPE_CHECKING:
    from journal.models import Errand

OFFERS = "offers-call"
FUNDS = "funds"

name_relation(OFFERS, _("makes known"), layers.MONEY)


@builder("call")
def call_card(uri: str) -> CardData | None:
    calls = Call.objects.select_related("actor", "node")
    call: Call | None = calls.filter(uri=uri, withdrawn_at__isnull=True).first()
    if call is None:
        return None
    closed = call.status_at(timezone.now()) == Status.CLOSED
    return CardData.of(
        call,
        kind="call",
        title=call.title,
        summary=_summary(call),
        text="\n\n".join(filter(None, [_summary(call), call.who_can_apply, call.giver])),
        starts=call.opens_at,
        ends=call.closes_at,
        state=Card.State.CLOSED if closed else "",
        source=call.source,
        licence=call.licence,
        links=_links(call),
    )


def _summary(call: Call) -> str:
    """The amounts first, in the language of the call: what people look for."""
    with translation.override(language_of(call)):
        offered = money.offered_in_one_line(call)
    return f"{offered}.\n\n{call.plain_summary}" if offered else call.plain_summary


def language_of(call: Call) -> str:
    """The language to write figures and labels in beside the call's own words: its own where we have the words."""
    return language_of_labels(call.language)


def _links(call: Call) -> list[LinkData]:
    """Who makes it known, and who pays, where either has an address."""
    links = []
    if call.giver_uri:
        links.append(
            LinkData(
                from_uri=call.giver_uri, to_uri=call.uri, relation=FUNDS, amount=call.total, currency=call.currency
            )
        )
    if call.actor.type not in {"Person", "Application"} and call.actor.uri != call.giver_uri:
        links.append(LinkData(from_uri=call.actor.uri, to_uri=call.uri, relation=OFFERS))
    return links


@reaction("funding.watch_dates", to=("call.published", "call.changed"))
def watch_dates(each: Errand) -> None:
    if each.entry is not None:
        _wake_at_next_turn(each.entry.uri)


@errand_kind("funding.date_came")
def date_came(each: Errand) -> None:
    """A call has opened or closed: its card says so, here and now, whichever node it is from."""
    uri = each.payload["uri"]
    refresh("call", uri)
    _wake_at_next_turn(uri)


def _wake_at_next_turn(uri: str) -> None:
    """One errand per call. Where its dates have moved away it comes too early, finds nothing to do and waits again."""
    call = Call.objects.filter(uri=uri, withdrawn_at__isnull=True).first()
    turn = call.next_turn(timezone.now()) if call else None
    if call is not None and turn is not None:
        errand("funding.date_came", payload={"uri": uri}, key=call.public_id, due_at=turn)
