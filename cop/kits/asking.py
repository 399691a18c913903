"""Which kit an address asks for, in which language, and which one this node suggests."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.http import Http404
from django.utils.translation import get_language

from cop.kits.reading import SLUGS, Kit, all_kits
from cop.kits.said import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

_suggested: Callable[[], str] | None = None


def language_of(*wanted: str) -> str:
    """The first of these that kits are written in, else the reader's, else English."""
    spoken = (each.split("-")[0].lower() for each in (*wanted, get_language() or ""))
    return next((each for each in spoken if each in LANGUAGES), LANGUAGES[0])


def kit_named(slug: str, *languages: str) -> Kit:
    """Raises Http404 where there is none of that name."""
    if slug not in SLUGS:
        raise Http404
    return all_kits(language_of(*languages))[SLUGS.index(slug)]


def asked_for(query: Mapping[str, str], *languages: str) -> Kit | None:
    """The kit of `?kit=`, in `?language=` or the first of `languages` that it is written in; None where none is asked
    for. Raises Http404 for one that there is not."""
    slug = query.get("kit", "")
    return kit_named(slug, query.get("language", ""), *languages) if slug else None


def suggestion_comes_from(ask: Callable[[], str]) -> None:
    """Called once at start by the app with the stewards' choice. `ask` answers with a slug, or nothing."""
    global _suggested
    _suggested = ask


def suggested() -> Kit | None:
    """What this node's stewards suggest to whoever founds a group, in the reader's language. One query."""
    slug = _suggested() if _suggested else ""
    return kit_named(slug) if slug in SLUGS else None
