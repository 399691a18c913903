"""The names of areas that things here lie in, to choose from while typing."""

from __future__ import annotations

from django.core.cache import cache

from atlas.access import cards_of

MOST = 200
_KNOWN, _KEPT_FOR = "atlas.area_names", 600  # seconds


def known() -> list[str]:
    """Those that anybody may read of; asked for every ten minutes, since for that every card is looked at."""
    found: list[str] | None = cache.get(_KNOWN)
    if found is None:
        areas = cards_of(None).order_by().exclude(area="").values_list("area", flat=True).distinct().order_by("area")
        found = list(areas[:MOST])
        cache.set(_KNOWN, found, _KEPT_FOR)
    return found
