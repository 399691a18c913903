"""What follows for notices when the atlas changes."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils import timezone

from atlas.models import Card
from federation import restrictions
from federation.models import Actor
from journal import Errand, periodic, reaction
from notifications import actions, pokes, queries, searches, topics
from notifications.access import may_read
from notifications.models import Follow, Mail, Notice
from notifications.notices import NEW_FROM_GROUP, NEW_FROM_PERSON, NEW_IN_AREA, NEW_IN_TOPIC, NEWS

log = logging.getLogger(__name__)

NEWS_FOR = dt.timedelta(days=14)  # older things that a new neighbour brings along are on the atlas, but no news
KEEP_READ = dt.timedelta(days=90)
KEEP_UNREAD = dt.timedelta(days=365)
KEEP_MAILS = dt.timedelta(days=90)  # what was sent when; their words are nowhere
PURGE_BATCH = 2000


@reaction("notifications.news", to="card.appeared")
def tell_followers(errand: Errand) -> None:
    """One notice for each follower who may see the new card, however many of their follows hold it."""
    entry = errand.entry
    card = Card.objects.select_related("node").filter(uri=entry.uri).first()
    if card is None or card.published < timezone.now() - NEWS_FOR:
        return
    reasons = _reasons(card, actions.author_uri(entry))
    told = set(Notice.objects.filter(entry=entry, kind__in=NEWS).values_list("user", flat=True))
    readers = may_read(reasons.keys() - told - actions.who_published(entry), card)
    actions.notify_all(
        Notice(user_id=user_id, kind=kind, uri=card.uri, entry=entry, params=params)
        for user_id, (kind, params) in reasons.items()
        if user_id in readers
    )
    if not restrictions.is_limited(card.speaker_uri):
        searches.try_all(entry)


def _reasons(card: Card, author_uri: str) -> dict[int, tuple[str, dict[str, str]]]:
    """Why each follower hears of `card`: a group or person first, then narrow topics, broad ones, areas."""
    reasons: dict[int, tuple[str, dict[str, str]]] = {}
    for user_id, _uri in queries.followers(Follow.Kind.GROUP, {card.group_uri} - {""}):
        reasons.setdefault(user_id, (NEW_FROM_GROUP, {"name": card.group_name}))
    for person in _person_who_speaks(card, author_uri):
        for user_id, _uri in queries.followers(Follow.Kind.PERSON, {person.uri}):
            reasons.setdefault(user_id, (NEW_FROM_PERSON, {"name": person.title}))
    if card.node is not None and not card.node.is_shown_unasked:
        return reasons  # not shown to who has not asked for it
    if restrictions.is_limited(card.speaker_uri):
        return reasons  # only who follows them hears of what stewards no longer show unasked
    about = dict(card.card_topics.values_list("topic_id", "said"))
    own = {iri for iri, said in about.items() if said}
    by_topic = queries.followers(Follow.Kind.TOPIC, topics.with_broader(about))
    for user_id, topic in sorted(by_topic, key=lambda each: each[1] not in own):
        reasons.setdefault(user_id, (NEW_IN_TOPIC, {"topic": topic}))
    for user_id, area in queries.followers_of_areas(card.area):
        reasons.setdefault(user_id, (NEW_IN_AREA, {"area": area}))
    return reasons


def _person_who_speaks(card: Card, author_uri: str) -> Iterable[Card]:
    """The person in whose own name `card` came, while they show a page.

    Never the human behind a group: who wrote for it is on record, and nobody is told.
    """
    if card.group_uri or Actor.objects.filter(uri=card.uri).exists():
        return []
    return Card.objects.filter(kind=Follow.Kind.PERSON, uri=author_uri)


@reaction("notifications.gone", to="card.gone")
def forget(errand: Errand) -> None:
    """Nobody is told any more of what was withdrawn."""
    news = Notice.objects.filter(uri=errand.entry.uri, kind__in=NEWS)
    readers = set(news.filter(read_at=None).values_list("user", flat=True))
    news.delete()
    pokes.poke_users(readers)


@reaction("notifications.metro", to=("card.*", "moderation.*"))
def poke_open_pages(errand: Errand) -> None:
    """Pages that show the metropolitan view look again."""
    pokes.poke_metro()


@periodic("notifications.purge", every=dt.timedelta(days=1))
def purge(errand: Errand) -> None:
    """Old notices go, at most PURGE_BATCH of each sort at a time to keep the transaction short."""
    now = timezone.now()
    _drop(Notice.objects.filter(read_at__lt=now - KEEP_READ))
    _drop(Notice.objects.filter(made_at__lt=now - KEEP_UNREAD))
    _drop(Mail.objects.filter(made_at__lt=now - KEEP_MAILS))


def _drop(rows: QuerySet[Notice] | QuerySet[Mail]) -> None:
    rows.model.objects.filter(pk__in=list(rows.values_list("pk", flat=True)[:PURGE_BATCH])).delete()
