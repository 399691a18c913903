"""What the desk keeps: of the registers it has brought, the careful words of the node, and the kit it suggests."""

from .brought import Brought
from .careful_words import CarefulWord
from .imports import Import
from .kits import SuggestedKit

__all__ = ["Brought", "CarefulWord", "Import", "SuggestedKit"]
