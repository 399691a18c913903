"""The careful words of this node: kept by its stewards, shown as hints to whoever writes (`frontend.writing`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db import IntegrityError, transaction

from desk.models import CarefulWord
from federation import moderation
from frontend.writing import Careful

if TYPE_CHECKING:
    from federation.models import Actor

MOST = 200  # words: more would be a filter, not a hint
KEPT = "desk:careful-words"
KEPT_SECONDS = 60
"""How long another process may go on using an earlier list when there is no shared cache."""


class AlreadyListed(ValueError):
    """Another steward was faster with the same word."""


class TooManyWords(ValueError):
    """There are MOST already."""


def in_force() -> list[Careful]:
    """All of them; asked for at every look at what somebody writes."""
    found: list[tuple[str, ...]] | None = cache.get(KEPT)
    if found is None:
        found = list(CarefulWord.objects.values_list("word", "language", "instead", "why")[:MOST])
        cache.set(KEPT, found, KEPT_SECONDS)
    return [Careful(*each) for each in found]


def keep_word(word: CarefulWord, *, by: Actor) -> CarefulWord:
    """Write a new word or a changed one. Raises moderation.StewardsOnly, TooManyWords, AlreadyListed."""
    moderation.require_steward(by)
    try:
        with transaction.atomic():
            if word.pk is None and CarefulWord.objects.count() >= MOST:
                raise TooManyWords(f"there are {MOST} careful words already")
            word.save()
            transaction.on_commit(lambda: cache.delete(KEPT))
    except IntegrityError as listed:
        raise AlreadyListed(f"{word} is on the list") from listed
    return word


def remove_word(word: CarefulWord, *, by: Actor) -> None:
    """Raises moderation.StewardsOnly."""
    moderation.require_steward(by)
    with transaction.atomic():
        word.delete()
        transaction.on_commit(lambda: cache.delete(KEPT))
