"""Working out what may meet what, whenever a card is read anew: for things of this node, among all that is known.

Apps hand down the kinds of theirs that can meet a need: `suggesting.answers_needs("call")` in AppConfig.ready().
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from atlas.embedding import keeping as embedding
from atlas.keeping import GONE, MOVED
from atlas.models import Card
from cop.matching import learning, scoring
from cop.matching.reading import read_again
from cop.models import Dismissal, Reading, Suggestion
from cop.models.matches import NEED, OFFER
from journal import entry_of, errand, errand_kind, periodic, reaction

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cop.matching.scoring import Means, Scored
    from journal.models import Errand

KEPT = 40  # suggestions for one thing: more than a page shows, as some of them may go
TYPICAL = 2000  # readings that tell what all texts of a language have in common
LEAST = 0.25  # a score below which two have nothing to do with each other
LIKE_WHAT_WAS_REFUSED = 0.6  # from which nearness to what somebody refused a thing is refused with it
LESS = 0.15  # what that takes away
DAILY = dt.timedelta(days=1)

_kinds: set[str] = set()


def answers_needs(*kinds: str) -> None:
    """Things of these kinds can meet a need."""
    _kinds.update(kinds)
    embedding.compare(*kinds)


def is_compared(kind: str) -> bool:
    return kind == NEED or kind in _kinds


@reaction("cop.read_card", to=(embedding.EMBEDDED, MOVED, GONE), atomic=False)
def read_card(errand_row: Errand) -> None:
    """A card says something new, or is gone. Safe to do twice or late: it looks at the card as it is."""
    uri = entry_of(errand_row).uri
    card = Card.objects.filter(uri=uri).first()
    if card is None:
        with transaction.atomic():
            Reading.objects.filter(uri=uri).delete()
            Suggestion.objects.filter(Q(for_uri=uri) | Q(other_uri=uri)).delete()
        return
    if is_compared(card.kind) and read_again(uri):
        reconsider(uri)


@errand_kind("cop.reconsider", atomic=False)
def reconsider_again(errand_row: Errand) -> None:
    reconsider(errand_row.payload["uri"])


@periodic("cop.reconsider_all", every=DAILY)
def reconsider_all(errand_row: Errand) -> None:
    """Days pass, things end: the lists of our own things are worked out anew; what was read otherwise is read again."""
    for uri in Reading.objects.filter(is_ours=True).values_list("uri", flat=True):
        errand("cop.reconsider", payload={"uri": uri}, key=f"reconsider:{uri}"[:200])


def reconsider(uri: str) -> None:
    """Make the suggestions for one thing of ours what they are now, and let it find its place in those of others."""
    own = Reading.objects.filter(uri=uri).first()
    if own is None:
        return
    if own.made_by != learning.name():
        if not read_again(uri):
            return
        own = Reading.objects.get(uri=uri)
    others = Reading.objects.filter(side=OFFER if own.side == NEED else NEED, made_by=learning.name())
    if not own.is_ours:
        others = others.filter(is_ours=True)
    rows = others.exclude(uri=uri).values_list("uri", "language", "vector")
    row = (own.uri, own.language, bytes(own.vector))
    best = scoring.scored(row, rows.iterator(2000), most=4 * KEPT, common=_common())
    _write(own, best)


def _common() -> Means:
    """Of the first that were read, of both sides."""
    rows = Reading.objects.filter(made_by=learning.name()).order_by("pk").values_list("uri", "language", "vector")
    return scoring.means([(uri, language, bytes(vector)) for uri, language, vector in rows[:TYPICAL]])


def _taught(own: Reading, best: list[Scored]) -> list[Scored]:
    """What is like something that was refused for this thing comes later: it teaches this list, and no other."""
    refused = set(Dismissal.objects.filter(for_uri=own.uri).values_list("other_uri", flat=True))
    if not refused:
        return best
    taught = list(Reading.objects.filter(uri__in=refused).values_list("uri", "language", "vector"))
    asked = list(Reading.objects.filter(uri__in=[each.uri for each in best]).values_list("uri", "language", "vector"))
    like = {
        each.uri
        for uri, language, vector in taught
        for each in scoring.scored((uri, language, bytes(vector)), asked, most=len(best), common={})
        if each.nearness >= LIKE_WHAT_WAS_REFUSED
    }
    less = (each._replace(score=each.score - LESS) if each.uri in like else each for each in best)
    return sorted(less, key=lambda each: (-each.score, each.uri))


def _write(own: Reading, best: Iterable[Scored]) -> None:
    """In the list of this thing, where it is ours; and this thing in the lists of those of ours that it fits."""
    fits = [each for each in best if each.score >= LEAST]
    kept = _taught(own, fits)[:KEPT] if own.is_ours else []
    ours = set(Reading.objects.filter(uri__in=[each.uri for each in fits], is_ours=True).values_list("uri", flat=True))
    rows = [_suggestion(own.uri, each.uri, each) for each in kept]
    rows += [_suggestion(each.uri, own.uri, each) for each in fits[:KEPT] if each.uri in ours]
    with transaction.atomic():
        Suggestion.objects.filter(for_uri=own.uri).exclude(other_uri__in=[each.uri for each in kept]).delete()
        Suggestion.objects.filter(other_uri=own.uri).exclude(for_uri__in=[each.uri for each in fits]).delete()
        # In one order, so that two workers never wait for each other.
        Suggestion.objects.bulk_create(
            sorted(rows, key=lambda row: (row.for_uri, row.other_uri)),
            update_conflicts=True,
            unique_fields=["for_uri", "other_uri"],
            update_fields=["score", "nearness"],
        )


def _suggestion(for_uri: str, other_uri: str, found: Scored) -> Suggestion:
    return Suggestion(for_uri=for_uri, other_uri=other_uri, score=found.score, nearness=found.nearness)
