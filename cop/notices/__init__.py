"""Who is told of what happens in groups, of what people write, of what converges, and of who has come."""

from . import claims, converging, groups, hosts, posts

__all__ = ["claims", "converging", "groups", "hosts", "posts"]
