"""How groups, persons, needs, offers and listed organisations travel."""

from . import groups, joins, listings, people, proposals

__all__ = ["groups", "joins", "listings", "people", "proposals"]
