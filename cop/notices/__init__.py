"""Who is told of what happens in groups, of what people write, and of what converges."""

from . import claims, converging, groups, posts

__all__ = ["claims", "converging", "groups", "posts"]
