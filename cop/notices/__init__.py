"""Who is told of what happens in groups and matches, of what people write, of what converges, and of who has come."""

from . import claims, converging, groups, hosts, interviews, matches, posts

__all__ = ["claims", "converging", "groups", "hosts", "interviews", "matches", "posts"]
