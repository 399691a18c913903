"""The flags of the flotilla: which topic flies which, and the pennant that belongs to a node's origin.

Topic flags are drawn once per page, in `frontend/components/_flag_locker.html`, and shown by `<use>`.
Pennants are computed here, because there may be any number of nodes.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TOPIC_WORDS: dict[str, Promise] = {
    "planning": _("Planning"),
    "housing": _("Housing"),
    "civic-economy": _("Civic economy"),
    "environment": _("Environment"),
    "participation": _("Participation"),
    "legal": _("Legal"),
    "mapping": _("Mapping"),
    "digital": _("Digital"),
    "communication": _("Communication"),
}

# Pairs that differ in lightness as well as in hue, so that they stay two colours for every eye.
PAIRS = (
    ("ink", "yellow"),
    ("yellow", "ink"),
    ("red", "paper"),
    ("paper", "red"),
    ("blue", "paper"),
    ("paper", "blue"),
    ("blue", "yellow"),
    ("yellow", "blue"),
    ("ink", "sky"),
    ("sky", "ink"),
    ("green", "paper"),
    ("paper", "green"),
    ("plum", "yellow"),
    ("yellow", "plum"),
    ("plum", "paper"),
    ("sky", "plum"),
    ("ink", "paper"),
    ("green", "yellow"),
)

# Cloth 32 wide and 20 high; each shape keeps within the triangle from hoist to fly at x < 16.
CLOTHS = (
    "M1 1 31 10 1 19Z",
    "M1 1 31 4 23 10 31 16 1 19Z",
    "M1 1 30 6V14L1 19Z",
    "M1 1H31L25 10 31 19H1Z",
)

CHARGES = (
    "M1 1 10 3.7V16.3L1 19Z",
    "M1 1 15 10 1 19Z",
    "M11.5 10A4 4 0 1 1 3.5 10A4 4 0 1 1 11.5 10Z",
    "M1 7.3H20V12.7H1Z",
    "M4.5 7H7V4.5H10V7H12.5V13H10V15.5H7V13H4.5Z",
    "M2.5 10 8.5 4.5 14.5 10 8.5 15.5Z",
)


class Pennant(NamedTuple):
    """Cloth and charge as SVG path data in a 32 × 20 box, each with the name of its flag colour."""

    cloth: str
    field: str
    charge: str
    mark: str


def pennant_for(origin: str) -> Pennant:
    """The same pennant for the same origin, on every node and for ever: do not reorder the tables above."""
    digest = hashlib.sha256(origin.rstrip("/").lower().encode()).digest()
    field, mark = PAIRS[digest[2] % len(PAIRS)]
    return Pennant(CLOTHS[digest[0] % len(CLOTHS)], field, CHARGES[digest[1] % len(CHARGES)], mark)
