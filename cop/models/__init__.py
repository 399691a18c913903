"""Communities of practice: groups and their members, persons, needs and offers, and the organisations listed here."""

from .groups import Group, Member
from .listings import Listing
from .people import Person
from .proposals import Proposal

__all__ = ["Group", "Listing", "Member", "Person", "Proposal"]
