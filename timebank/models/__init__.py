"""Time banks: hours given and received within a group, and between the banks of two groups."""

from __future__ import annotations

from .banks import LARGEST_LIMIT, SMALLEST_LIMIT, USUAL_LIMIT, Account, Bank
from .clearing import Clearing
from .transfers import MOST_MINUTES, Movement, Transfer

__all__ = [
    "LARGEST_LIMIT",
    "MOST_MINUTES",
    "SMALLEST_LIMIT",
    "USUAL_LIMIT",
    "Account",
    "Bank",
    "Clearing",
    "Movement",
    "Transfer",
]
