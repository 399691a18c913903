"""Who is told of what happens in groups and of what people write."""

from . import claims, groups, posts

__all__ = ["claims", "groups", "posts"]
