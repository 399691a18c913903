"""What the desk remembers of the registers it has brought."""

from .brought import Brought
from .imports import Import

__all__ = ["Brought", "Import"]
