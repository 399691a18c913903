"""Labs, master classes, popular events, festivals, meetings and collective actions, and who comes to them."""

from .attendees import Attendee
from .gatherings import Gathering

__all__ = ["Attendee", "Gathering"]
