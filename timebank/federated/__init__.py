"""How time banks travel, and what they say to each other. Importing it registers all of it."""

from __future__ import annotations

from . import banks, clearing, exchange

__all__ = ["banks", "clearing", "exchange"]
