"""Searches that people follow: which of them a new card answers."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from atlas import lists
from atlas.access import cards_of
from atlas.models import Card
from atlas.vocabulary import Vocabulary
from journal import Entry, Errand, errand, errand_kind
from notifications import actions
from notifications.access import may_read
from notifications.models import Follow, Notice
from notifications.notices import NEW_IN_FILTER, NEWS

ERRAND = "notifications.filters"
BATCH = 100  # different searches tried in one transaction


def try_all(entry: Entry) -> None:
    """Try the searches that anybody follows on the card that appeared; costs one query while nobody follows any."""
    if Follow.objects.filter(kind=Follow.Kind.FILTER).exists():
        errand(ERRAND, entry=entry, payload={"after": ""})


@errand_kind(ERRAND)
def tell_who_follows_a_search(work: Errand) -> None:
    """One batch of searches, each tried once however many people follow it; the next batch is an errand of its own.

    Days in a search are days where this node is: one answer holds for everybody who follows it.
    """
    entry = work.entry
    card = Card.objects.select_related("node").filter(uri=entry.uri).first() if entry else None
    if card is None or (card.node is not None and not card.node.is_shown_unasked):
        return
    followed = Follow.objects.filter(kind=Follow.Kind.FILTER, target__gt=work.payload["after"])
    targets = list(followed.order_by("target").values_list("target", flat=True).distinct()[:BATCH])
    _tell(card, entry, answered_by(card, targets))
    if len(targets) == BATCH:
        errand(ERRAND, entry=entry, payload={"after": targets[-1]})


def answered_by(card: Card, targets: Iterable[str]) -> list[str]:
    """The searches that `card` answers. One that asks for what cannot be read, or is elsewhere, finds nothing."""
    vocabulary = Vocabulary()
    alone = Card.objects.filter(pk=card.pk)
    found = []
    for target in targets:
        try:
            card_list, query = lists.search_at(target)
        except lists.NoSuchList:  # the app that had it is gone
            continue
        if card_list.holds(card):
            filters = card_list.filtered(query, cards_of(None), vocabulary, among=alone)
            if filters.form.is_valid() and filters.in_order().exists():
                found.append(target)
    return found


@transaction.atomic
def _tell(card: Card, entry: Entry, targets: list[str]) -> None:
    followed = Follow.objects.filter(kind=Follow.Kind.FILTER, target__in=targets, user__is_active=True)
    names = dict(followed.order_by("-pk").values_list("user", "name"))
    told = set(Notice.objects.filter(entry=entry, kind__in=NEWS).values_list("user", flat=True))
    readers = may_read(names.keys() - told - actions.who_published(entry), card)
    actions.notify_all(
        Notice(user_id=user, kind=NEW_IN_FILTER, uri=card.uri, entry=entry, params={"name": names[user]})
        for user in readers
    )
