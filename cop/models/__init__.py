"""Groups, persons, needs and offers, expertise, places, listed organisations, what people write, and hosts."""

from .claims import Claim
from .conversations import Conversation, Mute, Participant, Post
from .expertise import Expertise
from .groups import Group, Member
from .hosts import Arrival, Host, Welcome
from .listings import Listing
from .people import Person
from .places import Place
from .proposals import Proposal

__all__ = [
    "Arrival",
    "Claim",
    "Conversation",
    "Expertise",
    "Group",
    "Host",
    "Listing",
    "Member",
    "Mute",
    "Participant",
    "Person",
    "Place",
    "Post",
    "Proposal",
    "Welcome",
]
