"""The six doors of the porter's desk, and where somebody goes who wants to add what is missing."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Door(NamedTuple):
    look: str
    words: Promise
    hint: Promise
    url: str


DOORS: tuple[Door, ...] = (
    Door("need", _("I need help"), _("See what others offer"), "/offers/"),
    Door("offer", _("I can help"), _("See what others need"), "/needs/"),
    Door("meet", _("Meet and learn"), _("Labs, master classes, festivals"), "/gatherings/"),
    Door("money", _("Find money"), _("Funding calls that are open"), "/calls/"),
    Door("know", _("Know-how"), _("How others did it"), "/know-how/"),
    Door("place", _("Places"), _("Rooms, gardens and other spaces"), "/places/"),
)


def propose(topic: str, axis: str) -> str:
    """Where a gathering for an empty place in the grid is proposed; slugs of a topic and an axis."""
    return f"/gatherings/new?{urlencode({'topic': topic, 'axis': axis})}"
