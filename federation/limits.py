"""How much of what another server may send, ask for or have us do: every number in one place, with its unit.

What is counted in a minute is counted in the cache, so roughly, and where there is no Redis for each process on its
own. What is counted for good is counted in the database. Nothing here is a setting: a neighbour must be able to know
what it can rely on, and FEDERATION.md tells it.
"""

from __future__ import annotations

import hashlib
import ipaddress
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
INBOX_BYTES_PER_STRANGER = 10_000_000  # of all messages of a server with which nothing is agreed
UNKNOWN_KEYS_PER_NODE = 240  # that one server is asked for: anybody can name any number of them
UNKNOWN_KEYS_PER_ADDRESS = 120  # that one address can have us ask for, on whatever servers: fewer, for the others
FETCHES_PER_NEIGHBOUR = 1_200  # things that one server is asked for since others spoke of them; the rest waits
FETCHES_PER_STRANGER = 120
READS_PER_ADDRESS = 1_200  # pages of the catalogue, WebFinger
API_READS_PER_ADDRESS = 600  # of `/api/v1/`, each of at most 200 things
DIGESTS_PER_ADDRESS = 600  # each looks at every object of a node

# How many at once, in one process
KEY_FETCHES_AT_ONCE = 8  # requests that wait for the key of somebody unknown; whoever comes then is put off
KEY_FETCHES_OF_ONE = 2  # of these on one server, and for one address

# How much of one server is taken in
NEW_ACTORS_PER_NEIGHBOUR_PER_DAY = 20_000
NEW_ACTORS_PER_STRANGER_PER_DAY = 2_000
DOCUMENTS_PER_NEIGHBOUR = 500_000
DOCUMENTS_PER_STRANGER = 5_000
AWAITED_REMOVALS_PER_NODE = 2_000  # that its groups made of words which are not here; the oldest make room

MINUTE, DAY = 60, 86_400  # seconds


def within(name: str, most: int, *, more: int = 1, seconds: int = MINUTE) -> bool:
    """Count one of `name` more, or `more`; whether it is in the first `most` of this minute, or of `seconds`."""
    window = int(timezone.now().timestamp()) // seconds
    key = "limit:" + hashlib.sha256(f"{name} {window}".encode()).hexdigest()[:32]
    cache.add(key, 0, timeout=2 * seconds)
    try:
        return int(cache.incr(key, more)) <= most
    except ValueError:  # expired between the two calls
        return True


def counted_as(address: str) -> str:
    """What an address counts for in a limit: with IPv6 its /64, for that is the least that anybody is given."""
    try:
        number = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(number, ipaddress.IPv4Address):
        return str(number)
    return str(number.ipv4_mapped or ipaddress.IPv6Network((number, 64), strict=False))


def may_ask(request: HttpRequest, limit: str) -> bool:
    """Count one request more from its address; whether that is within the number of this name for a minute."""
    most: int = globals()[limit]
    return within(f"{limit}:{counted_as(address_of(request.META))}", most)


View = Callable[..., HttpResponse]


def per_address(limit: str) -> Callable[[View], View]:
    """A view that answers one address at most as often in a minute as the number of this name says, and 429 after."""

    def limited(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *given: Any, **named: Any) -> HttpResponse:
            if may_ask(request, limit):
                return view(request, *given, **named)
            reason = f"more than {globals()[limit]} requests in a minute; please ask for the rest later\n"
            kind = "text/plain; charset=utf-8"
            return HttpResponse(reason, status=429, content_type=kind, headers={"Retry-After": str(MINUTE)})

        return answer

    return limited
