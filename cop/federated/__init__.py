"""How groups, persons, needs, offers, loans, matches, mandates, ships, places and listed organisations travel."""

from . import (
    expertise,
    groups,
    joins,
    listings,
    mandates,
    matches,
    people,
    places,
    posts,
    proposals,
    reservations,
    ships,
)

__all__ = [
    "expertise",
    "groups",
    "joins",
    "listings",
    "mandates",
    "matches",
    "people",
    "places",
    "posts",
    "proposals",
    "reservations",
    "ships",
]
