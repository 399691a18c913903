"""The names of areas that things here lie in, to choose from while typing."""

from __future__ import annotations

from django.core.cache import cache
from django.db.models import Count

from atlas.access import cards_of

MOST = 200
_KNOWN, _KEPT_FOR = "atlas.area_names", 60  # seconds


def known() -> list[str]:
    """The commonest that anybody may read of; asked for once a minute, since for that every card is looked at."""
    found: list[str] | None = cache.get(_KNOWN)
    if found is None:
        named = cards_of(None).order_by().exclude(area="").values_list("area").annotate(things=Count("pk"))
        found = sorted(area for area, _things in named.order_by("-things", "area")[:MOST])
        cache.set(_KNOWN, found, _KEPT_FOR)
    return found
