"""How often something may happen in a minute: counted in the cache, so roughly, and for each process on its own."""

from __future__ import annotations

import hashlib

from django.core.cache import cache
from django.utils import timezone

KEPT_SECONDS = 120


def within(name: str, most: int) -> bool:
    """Count one more of `name`; whether it is still among the first `most` of this minute."""
    key = "limit:" + hashlib.sha256(f"{name}{timezone.now():%H%M}".encode()).hexdigest()[:32]
    cache.add(key, 0, timeout=KEPT_SECONDS)
    try:
        return int(cache.incr(key)) <= most
    except ValueError:  # expired between the two calls
        return True
