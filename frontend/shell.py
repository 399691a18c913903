"""What the frame of every page asks of apps above this one. They hand the answer down; this app imports none.

In an AppConfig.ready(): `shell.node_name_comes_from(lambda: our_node().name)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

_node_name: Callable[[], str] | None = None
_unread: Callable[[Any], int] | None = None
_alarm: Callable[[Any], str] | None = None


def node_name_comes_from(ask: Callable[[], str]) -> None:
    """Called at start by the app that keeps the node's words and look. `ask` runs on every page: cache it."""
    global _node_name
    _node_name = ask


def unread_notices_come_from(ask: Callable[[Any], int]) -> None:
    """Called once at start by the app that keeps notices. `ask` runs once per page of a signed-in person."""
    global _unread
    _unread = ask


def alarm_comes_from(ask: Callable[[Any], str]) -> None:
    """Called once at start by the app that watches over the node. `ask` runs on every page of who is signed in: cache
    it. It answers "dead", "missing" or nothing."""
    global _alarm
    _alarm = ask


def alarm(user: Any) -> str:
    return _alarm(user) if _alarm and getattr(user, "is_authenticated", False) else ""


def node_name() -> str:
    """The name people gave this node; its host until they do."""
    named = (_node_name() if _node_name else "") or settings.NODE_NAME
    return str(named or urlsplit(settings.ORIGIN).netloc)


def unread_notices(user: Any) -> int:
    return _unread(user) if _unread and getattr(user, "is_authenticated", False) else 0


def topics_of(card: Any) -> Iterable[Any]:
    """The topics its people gave a Card, as prefetched for a list, or a list of them; axes have no flag and are left
    out."""
    if hasattr(card, "said_topics"):
        listed: Iterable[Any] = [each.topic for each in card.said_topics]
    else:
        topics = getattr(card, "topics", ())
        listed = topics.all() if hasattr(topics, "all") else topics
    return [topic for topic in listed if getattr(topic, "scheme", "topic") == "topic"]


def place_of(card: Any) -> str:
    """The area in words, or nothing."""
    area = getattr(card, "area", None)
    return str(getattr(area, "name", None) or area or "")
