"""Groups, persons, needs and offers, expertise, places, listed organisations, and what people write to each other."""

from .claims import Claim
from .conversations import Conversation, Mute, Participant, Post
from .expertise import Expertise
from .groups import Group, Member
from .listings import Listing
from .people import Person
from .places import Place
from .proposals import Proposal

__all__ = [
    "Claim",
    "Conversation",
    "Expertise",
    "Group",
    "Listing",
    "Member",
    "Mute",
    "Participant",
    "Person",
    "Place",
    "Post",
    "Proposal",
]
