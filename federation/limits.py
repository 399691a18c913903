"""How much of what another server may send, ask for or have us do: every number in one place, with its unit.

What is counted in a minute is counted in the cache, so roughly, and where there is no Redis for each process on its
own. What is counted for good is counted in the database. Nothing here is a setting: a neighbour must be able to know
what it can rely on, and FEDERATION.md tells it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from frontend.addresses import address_of

# The size of one message or answer
MAX_BYTES = 1_000_000  # of what is posted to us, and of an answer to us after it was unpacked
MAX_PICTURE_BYTES = 5_000_000
MAX_RECEIPT_BYTES = 2_000  # of the answer to a message of ours
MAX_DEPTH = 20  # levels of JSON
MAX_LIST = 200  # members of one list
MAX_NAMES = 300  # of one object

# How long we wait, in seconds
CONNECT_SECONDS = 5
TOTAL_SECONDS = 10  # of a whole exchange, redirects included
MAX_REDIRECTS = 3

# How often in a minute
INBOX_PER_NODE = 1_200  # messages that one server has signed; each makes at most one errand to ask somebody else
UNKNOWN_KEYS_PER_NODE = 120  # that one server is asked for: anybody can name any number of them
UNKNOWN_KEYS_PER_ADDRESS = 240  # that one address can have us ask for, on whatever servers
FETCHES_PER_NEIGHBOUR = 1_200  # things that one server is asked for since others spoke of them; the rest waits
FETCHES_PER_STRANGER = 120
READS_PER_ADDRESS = 1_200  # pages of the catalogue, WebFinger
DIGESTS_PER_ADDRESS = 600  # each looks at every object of a node

# How many at once, in one process
KEY_FETCHES_AT_ONCE = 8  # requests that wait for the key of somebody unknown; whoever comes then is put off

# How much of one server is taken in
NEW_ACTORS_PER_NEIGHBOUR_PER_DAY = 20_000
NEW_ACTORS_PER_STRANGER_PER_DAY = 2_000
DOCUMENTS_PER_NEIGHBOUR = 500_000
DOCUMENTS_PER_STRANGER = 5_000

MINUTE, DAY = 60, 86_400  # seconds


def within(name: str, most: int, *, seconds: int = MINUTE) -> bool:
    """Count one more of `name`; whether it is still among the first `most` of this minute, or of these `seconds`."""
    window = int(timezone.now().timestamp()) // seconds
    key = "limit:" + hashlib.sha256(f"{name} {window}".encode()).hexdigest()[:32]
    cache.add(key, 0, timeout=2 * seconds)
    try:
        return int(cache.incr(key)) <= most
    except ValueError:  # expired between the two calls
        return True


View = Callable[..., HttpResponse]


def per_address(limit: str) -> Callable[[View], View]:
    """A view that answers one address at most as often in a minute as the number of this name says, and 429 after."""

    def limited(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *given: Any, **named: Any) -> HttpResponse:
            most: int = globals()[limit]
            if within(f"{limit}:{address_of(request.META)}", most):
                return view(request, *given, **named)
            reason = f"more than {most} requests in a minute; please ask for the rest later\n"
            kind = "text/plain; charset=utf-8"
            return HttpResponse(reason, status=429, content_type=kind, headers={"Retry-After": str(MINUTE)})

        return answer

    return limited
