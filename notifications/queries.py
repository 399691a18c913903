"""Lists for the pages about notices, each in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import CharField, Exists, F, Max, OuterRef, Q, QuerySet, Value
from django.urls import reverse

from atlas.models import Card
from federation.models import Restriction
from federation.restrictions import of_blocked_nodes
from notifications import kinds, topics
from notifications.access import reader
from notifications.models import Follow, Notice

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Line:
    """A notice as it is read: its sentence, and what it is about as that is now, if the reader may see it.

    Without `url` there is nothing to open any more.
    """

    notice: Notice
    text: str
    card: Card | None
    url: str

    @property
    def is_unread(self) -> bool:
        return self.notice.read_at is None

    @property
    def is_gone(self) -> bool:
        """Whether what there was to open is not there any more, or not for them."""
        return not self.url and not kinds.opens_nothing(self.notice.kind)

    @property
    def origin(self) -> str:
        return self.card.node.origin if self.card and self.card.node else settings.ORIGIN

    @property
    def node_name(self) -> str:
        return str(self.card.node) if self.card and self.card.node else ""


@dataclass(frozen=True)
class FollowLine:
    """A follow as it is listed; `name` and `url` are empty when there is no such thing any more."""

    kind: str
    target: str
    name: str
    url: str
    topic: topics.Topic | None


def shown_to(user: User) -> QuerySet[Notice]:
    """The notices of a person, but for what somebody on a blocked node published or did, and for those of words that
    stewards keep from others as long as they do."""
    in_force = Restriction.objects.in_force()
    kept = in_force.filter(level__in=Restriction.OF_THINGS, object_uri=OuterRef("uri"))
    silenced = in_force.filter(level=Restriction.Level.SUSPENDED, actor__uri=OuterRef("entry__actor"))
    of_kept_words = Q(kind__in=kinds.about_words()) & (Exists(kept) | Exists(silenced))
    return Notice.objects.filter(~of_blocked_nodes("uri"), ~of_blocked_nodes("entry__actor"), ~of_kept_words, user=user)


def notices_of(user: User, unread_only: bool = False) -> QuerySet[Notice]:
    """Newest first."""
    notices = shown_to(user).order_by("-made_at", "-pk")
    return notices.filter(read_at=None) if unread_only else notices


def unread_count(user: User) -> int:
    return shown_to(user).filter(read_at=None).count()


def newest_unread(user: User) -> int | None:
    """The highest id among the unread; None when all are read."""
    newest = shown_to(user).filter(read_at=None).aggregate(newest=Max("pk"))["newest"]
    return None if newest is None else int(newest)


def lines(notices: Sequence[Notice], user: User) -> list[Line]:
    """Each notice with its sentence and its card."""
    notices = list(notices)
    cards = _cards(user, [notice.uri for notice in notices])
    topics.attach(notices)
    return [
        Line(
            notice,
            kinds.sentence(notice),
            cards.get(notice.uri),
            kinds.address(notice, cards.get(notice.uri)),
        )
        for notice in notices
    ]


def following(user: User) -> list[FollowLine]:
    """What `user` follows, each with the name it has now: topics first, then by name."""
    follows = list(Follow.objects.filter(user=user))
    known = topics.by_iri(follow.target for follow in follows if follow.kind == Follow.Kind.TOPIC)
    actors = {Follow.Kind.GROUP, Follow.Kind.PERSON}
    cards = _cards(user, [follow.target for follow in follows if follow.kind in actors])
    found = [_follow_line(follow, known.get(follow.target), cards.get(follow.target)) for follow in follows]
    order = Follow.Kind.values
    return sorted(found, key=lambda line: (order.index(line.kind), line.name.casefold()))


def _follow_line(follow: Follow, topic: topics.Topic | None, card: Card | None) -> FollowLine:
    if follow.kind == Follow.Kind.AREA:
        here = f"{reverse('atlas')}?{urlencode({'area': follow.target})}"
        return FollowLine(follow.kind, follow.target, follow.target, here, None)
    if follow.kind == Follow.Kind.FILTER:
        return FollowLine(follow.kind, follow.target, follow.name, follow.target, None)
    thing = topic or card
    name, url = (str(thing), thing.get_absolute_url()) if thing else ("", "")
    return FollowLine(follow.kind, follow.target, name, url, topic)


def followed_by(user: User) -> set[tuple[str, str]]:
    """Kind and target of all `user` follows, for the buttons of a page."""
    return set(Follow.objects.filter(user=user).values_list("kind", "target"))


def followers(kind: str, targets: Collection[str]) -> Iterable[tuple[int, str]]:
    """Who follows any of `targets`, and which."""
    return Follow.objects.filter(kind=kind, target__in=targets, user__is_active=True).values_list("user", "target")


def followers_of_areas(area: str) -> Iterable[tuple[int, str]]:
    """Who follows an area that the words `area` of a card hold, as the filter of lists understands it, and which."""
    if not area:
        return []
    followed = Follow.objects.filter(kind=Follow.Kind.AREA, user__is_active=True)
    held = followed.annotate(card_area=Value(area, CharField())).filter(card_area__icontains=F("target"))
    return held.order_by("-pk").values_list("user", "target")


def _cards(user: User, uris: Collection[str]) -> dict[str, Card]:
    if not uris:
        return {}
    visible = Card.objects.asked_for_by(reader(user)).filter(uri__in=set(uris)).select_related("node")
    return {card.uri: card for card in visible}
