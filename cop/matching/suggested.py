"""The suggestions a page shows: with reasons, from what its reader may see, best first."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Q
from django.utils import timezone

from atlas.models import Card
from cop.matching.facts import Facts, Side, facts
from cop.models import Dismissal, Expertise, Match, Proposal, Suggestion
from frontend.shell import topics_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from federation.models import Actor, Published

MOST_SHOWN = 8
MATCHED_KINDS = ("need", "offer", "expertise", "place")  # whose people are asked; others are read, or applied to


class Shown(NamedTuple):
    card: Card
    facts: Facts
    can_be_asked: bool


def suggestions_for(thing: Published, reader: Actor) -> list[Shown]:
    """What may meet a need of somebody's, or the needs that an offer of theirs may meet. Nine queries at most, one
    where there is nothing."""
    rows = Suggestion.objects.filter(for_uri=thing.uri).order_by("-score", "other_uri")
    nearness = {row.other_uri: row.nearness for row in rows}
    own = Card.objects.filter(uri=thing.uri).for_page().first() if nearness else None
    if own is None:
        return []
    taken = _taken(thing.uri, list(nearness))
    cards = Card.objects.visible_to(reader).unasked().filter(uri__in=[uri for uri in nearness if uri not in taken])
    cards = cards.exclude(speaker_uri=own.speaker_uri).exclude(ends__lt=timezone.now()).exclude(state="closed")
    by_uri = {card.uri: card for card in cards.for_page()}
    best = [by_uri[uri] for uri in nearness if uri in by_uri][:MOST_SHOWN]
    held = _rows([own, *best])
    side = Side(own, held.get(own.uri), list(topics_of(own)))
    found = ((card, Side(card, held.get(card.uri), list(topics_of(card)))) for card in best)
    return [Shown(card, facts(side, each, nearness[card.uri]), card.kind in MATCHED_KINDS) for card, each in found]


def _taken(uri: str, others: list[str]) -> set[str]:
    """What was refused for it, and what it meets already. Two queries."""
    refused = set(Dismissal.objects.filter(for_uri=uri, other_uri__in=others).values_list("other_uri", flat=True))
    matches = Match.objects.filter(Q(need_uri=uri) | Q(offer_uri=uri), state__in=Match.OPEN)
    return refused | {other for pair in matches.values_list("need_uri", "offer_uri") for other in pair}


def _rows(cards: Iterable[Card]) -> dict[str, Published]:
    """The rows behind needs, offers and expertise: at most two queries."""
    found: dict[str, Published] = {}
    listed = list(cards)
    for model, kinds in ((Proposal, {"need", "offer"}), (Expertise, {"expertise"})):
        uris = [card.uri for card in listed if card.kind in kinds]
        if uris:
            found |= {row.uri: row for row in model.objects.filter(uri__in=uris)}
    return found
