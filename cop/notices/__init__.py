"""Who is told of groups, matches and mandates, of what people write, of what converges, and of who has come."""

from . import claims, converging, flotillas, groups, hosts, interviews, mandates, matches, posts

__all__ = ["claims", "converging", "flotillas", "groups", "hosts", "interviews", "mandates", "matches", "posts"]
