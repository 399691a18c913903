"""How gatherings travel, and how people of one node come to those of another."""

from . import gatherings, joins

__all__ = ["gatherings", "joins"]
