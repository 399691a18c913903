"""Who is told of groups, matches, loans and mandates, of what people write, of what converges, and of who has come."""

from . import claims, converging, flotillas, groups, hosts, interviews, lending, mandates, matches, posts

__all__ = [
    "claims",
    "converging",
    "flotillas",
    "groups",
    "hosts",
    "interviews",
    "lending",
    "mandates",
    "matches",
    "posts",
]
