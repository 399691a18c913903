"""What a reader may see: where every page, list and file of the atlas starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from atlas.models import Card, CardQuerySet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.http import HttpRequest

    from federation.models import Actor

_followed: Callable[[Any], Iterable[str]] | None = None


def followed_comes_from(ask: Callable[[Any], Iterable[str]]) -> None:
    """Called once at start by the app that keeps what people follow: `ask` gives the addresses of the groups and
    people that an actor of ours follows, best as a query that is yet to be made."""
    global _followed
    _followed = ask


@dataclass(frozen=True)
class Reading:
    """Who reads, None for a visitor, and the addresses of whom they follow."""

    reader: Actor | None
    followed: Iterable[str] = ()

    def cards(self) -> CardQuerySet:
        """What they may see, and of nodes that are not shown unasked only what they follow."""
        return Card.objects.visible_to(self.reader).unasked(self.followed)


def reading(request: HttpRequest) -> Reading:
    """Whoever asks; ActorMiddleware has said who that is."""
    return reading_of(getattr(request, "actor", None) or None)


def reading_of(reader: Actor | None) -> Reading:
    return Reading(reader, _followed(reader) if _followed is not None and reader is not None else ())


def cards_for(request: HttpRequest) -> CardQuerySet:
    """The cards whoever asks may see."""
    return reading(request).cards()


def cards_of(reader: Actor | None) -> CardQuerySet:
    """The cards `reader` may see."""
    return reading_of(reader).cards()
