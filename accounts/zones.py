"""Time zones a person can choose: places of the IANA database, grouped by continent."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

CONTINENTS = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)


@cache
def known() -> frozenset[str]:
    """Names we accept: places on a continent, and UTC. Abbreviations and old aliases such as `GB` are not."""
    places = (name for name in available_timezones() if name.partition("/")[0] in CONTINENTS and "/" in name)
    return frozenset(places) | {"UTC"}


@cache
def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """The known names for a select, one group for each continent."""
    groups = [
        (continent, [(name, label(name)) for name in sorted(known()) if name.startswith(f"{continent}/")])
        for continent in CONTINENTS
    ]
    return [*groups, ("UTC", [("UTC", "UTC")])]


def label(name: str) -> str:
    """`America/Argentina/Buenos_Aires` reads `Buenos Aires (Argentina)`: people look for the town."""
    _continent, *regions, town = name.replace("_", " ").split("/")
    return f"{town} ({', '.join(regions)})" if regions else town
