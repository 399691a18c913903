"""Groups, persons, needs and offers, what meets what and who borrows what, expertise, places, listed organisations,
words, hosts."""

from .claims import Claim
from .conversations import Conversation, Mute, Participant, Post
from .expertise import Expertise
from .groups import Group, Member
from .hosts import Arrival, Host, Welcome
from .interviews import Interview
from .listings import Listing
from .mandates import Consent, MandateVersion, Result
from .matches import Commitment, Match
from .people import Person
from .places import Place
from .proposals import Proposal
from .readings import Reading
from .reservations import Reservation, ReservedSlot
from .ships import Ship
from .suggestions import Dismissal, Suggestion

__all__ = [
    "Arrival",
    "Claim",
    "Commitment",
    "Consent",
    "Conversation",
    "Dismissal",
    "Expertise",
    "Group",
    "Host",
    "Interview",
    "Listing",
    "MandateVersion",
    "Match",
    "Member",
    "Mute",
    "Participant",
    "Person",
    "Place",
    "Post",
    "Proposal",
    "Reading",
    "Reservation",
    "ReservedSlot",
    "Result",
    "Ship",
    "Suggestion",
    "Welcome",
]
