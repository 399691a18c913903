"""A list as a feed for feed readers: Atom (RFC 4287)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import get_language

from federation.values import tidy
from frontend import shell

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from atlas.models import Card

MEDIA_TYPE = "application/atom+xml; charset=utf-8"
MOST_ENTRIES = 50


class _Feed(Atom1Feed):
    """With the language of each entry, and a date of its own where there are none."""

    def item_attributes(self, item: dict[str, Any]) -> dict[str, Any]:
        return {"xml:lang": item["language"]} if item["language"] else {}

    def latest_post_date(self) -> dt.datetime:
        return super().latest_post_date() if self.items else self.feed["empty_since"]


def feed(cards: Iterable[Card], *, title: str, page: str, address: str, empty_since: dt.datetime) -> bytes:
    """The cards in the order given, each under its own address for ever. `page` is the list, `address` the feed.

    An id never changes: that of an entry is the thing's URI, that of the feed its own address.
    """
    made = _Feed(
        title=title,
        link=f"{settings.ORIGIN}{page}",
        description=None,
        language=get_language(),
        author_name=shell.node_name(),
        feed_url=f"{settings.ORIGIN}{address}",
        feed_guid=f"{settings.ORIGIN}{address}",
        empty_since=empty_since,
    )
    for card in cards:
        made.add_item(
            title=tidy(card.title),
            link=f"{settings.ORIGIN}{card.url}",
            # A summary is plain words, and RFC 4287 §3.1 has ours read as HTML.
            description=escape(tidy(card.summary, lines=True)),
            author_name=tidy(card.group_name or (str(card.node) if card.node else shell.node_name())),
            unique_id=card.uri,
            pubdate=card.published,
            updateddate=card.updated,
            categories=[tidy(topic.label()) for topic in shell.topics_of(card)],
            language=card.language,
        )
    return made.writeString("utf-8").encode()
