"""How groups, persons, needs, offers, matches, places and listed organisations travel."""

from . import expertise, groups, joins, listings, matches, people, places, posts, proposals

__all__ = ["expertise", "groups", "joins", "listings", "matches", "people", "places", "posts", "proposals"]
