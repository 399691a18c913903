"""What the desk keeps: of the registers it has brought, and the careful words of the node."""

from .brought import Brought
from .careful_words import CarefulWord
from .imports import Import

__all__ = ["Brought", "CarefulWord", "Import"]
