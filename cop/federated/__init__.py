"""How groups, persons, needs, offers, places and listed organisations travel."""

from . import expertise, groups, joins, listings, people, places, posts, proposals

__all__ = ["expertise", "groups", "joins", "listings", "people", "places", "posts", "proposals"]
