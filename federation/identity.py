"""How the things of this node get their addresses: once, for ever, and guessable by nobody."""

from __future__ import annotations

import re
import secrets
from urllib.parse import urlsplit

from django.conf import settings

from federation.values import BadField

LONGEST_URI = 500  # characters of the address of a thing or an actor that we keep
LONGEST_ORIGIN = 255

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # no i, l, o, 0, 1: people read these aloud

# International names arrive in their ASCII form (RFC 3986 section 3.2.2); a browser's address bar converts them.
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")


def new_public_id() -> str:
    """A short random id, 59 bits: never a primary key, never reused."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(12))


def new_uri(folder: str, public_id: str) -> str:
    """The address of a new thing of ours, such as `https://node/needs/k3v9x2abcdef`."""
    return f"{settings.ORIGIN}/{folder}/{public_id}"


def origin_of(uri: str) -> str:
    """Scheme, host and port of an http(s) address, lower case, without a default port.

    Raises BadField, which is a ValueError, for anything else: a relative address, another scheme, a user name, an
    empty host, a port that is none.
    """
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError as error:
        raise BadField("address", uri, "an http or https address") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.password:
        raise BadField("address", uri, "an http or https address with a host")
    host = parts.hostname.lower()
    if ":" in host:
        host = f"[{host}]"
    elif not _HOST.fullmatch(host):
        raise BadField("address", host, "a host name")
    default = {"http": 80, "https": 443}[parts.scheme]
    origin = f"{parts.scheme}://{host}" + (f":{port}" if port and port != default else "")
    if len(origin) > LONGEST_ORIGIN:
        raise BadField("address", origin, f"a host name of at most {LONGEST_ORIGIN - 14} characters")
    return origin


def fits(field: str, uri: str) -> str:
    """The address itself, if it is one that we can keep. Raises BadField."""
    origin_of(uri)
    if len(uri) > LONGEST_URI:
        raise BadField(field, uri, f"an address of at most {LONGEST_URI} characters")
    return uri


def is_ours(uri: str) -> bool:
    """Whether an address is on this node."""
    return is_at(uri, settings.ORIGIN)


def is_at(uri: str, origin: str) -> bool:
    """Whether an address is on the server at `origin`."""
    try:
        return origin_of(uri) == origin
    except ValueError:
        return False
