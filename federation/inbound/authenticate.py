"""Who signed this request: find or fetch their key, prove the signature, and know the actor behind the key."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db.models import Q

from federation import actors, identity, keys, limits
from federation.guard import FetchRefused
from federation.http import FetchFailed
from federation.models import Actor
from federation.room import NoRoom
from federation.signatures import SignatureRefused, claimed_key, verify_request
from frontend.addresses import address_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest

    from federation.keys import PublicKey
    from federation.signatures import KeyLookup, Signer

log = logging.getLogger(__name__)

REFETCH_AFTER = dt.timedelta(minutes=5)
AWAY_SECONDS = 120
_waiting: list[tuple[str, str]] = []  # for which server, and for whom
_waiting_lock = threading.Lock()


class SignatureMissing(SignatureRefused):
    """There is nobody to ask: unsigned, or the key could not be read."""


class KeyUnreachable(SignatureMissing):
    """Nor is it known whether there is such a key: who asks later may be told."""


def authenticate(request: HttpRequest, body: bytes, *, owner: str = "") -> tuple[Actor, Signer]:
    """The actor whose key signed the request, and what its signature is known by. Raises SignatureRefused saying why
    not.

    With `owner`, a key on another server than theirs is refused before anybody is asked for it.
    A key we hold that does not fit is fetched again once, since keys are rotated; at most once in five minutes per
    actor, since anybody can send us a bad signature in their name.
    """
    claim = claimed_key(request.headers)
    if owner and _origin(claim.keyid) != identity.origin_of(owner):
        raise SignatureRefused(f"keyId: expected an address on {identity.origin_of(owner)}")
    address = limits.counted_as(address_of(request.META))
    actor, fresh = signer_of(claim.keyid, address)
    target = request.get_full_path()
    try:
        signer = verify_request(request.method or "", target, request.headers, body, key_of(actor))
    except SignatureRefused:
        newer = None if fresh else refetched(actor, claim.keyid, address)
        if newer is None:
            raise
        actor = newer
        signer = verify_request(request.method or "", target, request.headers, body, key_of(actor))
    if _origin(claim.keyid) != identity.origin_of(actor.uri):
        raise SignatureRefused(f"keyId: expected an address on {identity.origin_of(actor.uri)}")
    return actor, signer


def signer_of(key_id: str, asker: str = "") -> tuple[Actor, bool]:
    """The actor whose key this is, and whether their server was asked just now. Raises SignatureMissing.

    `asker` is the address of a request that waits for it, where there is one: it may have us ask only so often.
    """
    actor = _holder(key_id)
    if actor is None or not actor.keys_read_at:
        return _fetch(key_id, asker), True
    return actor, False


def refetched(actor: Actor, key_id: str, asker: str = "") -> Actor | None:
    """The actor with the keys their server gives now; None where it was asked within the last five minutes.

    Raises SignatureMissing; KeyUnreachable also where they did not answer within these five minutes.
    """
    mark, seconds = f"refetch:{actor.pk}", REFETCH_AFTER.total_seconds()
    if not cache.add(mark, "asked", timeout=seconds):
        if cache.get(mark) == "in vain":
            raise KeyUnreachable(f"keyId: {key_id[:200]} could not be read again just now; please send it again later")
        return None
    try:
        return _fetch(key_id, asker)
    except KeyUnreachable:
        cache.set(mark, "in vain", timeout=seconds)
        raise


def _origin(key_id: str) -> str:
    try:
        return identity.origin_of(key_id)
    except ValueError as error:
        raise SignatureRefused(f"keyId: {error}") from error


def _holder(key_id: str) -> Actor | None:
    return (
        Actor.objects.filter(Q(rsa_key_id=key_id) | Q(ed25519_key_id=key_id), node__isnull=False)
        .select_related("node")
        .first()
    )


def _fetch(key_id: str, asker: str) -> Actor:
    """The actor behind a key, asked of its own server."""
    try:
        if identity.is_ours(key_id):
            raise SignatureMissing("keyId: an address on this node cannot sign from outside")
        origin = identity.origin_of(key_id)
        _not_away(origin, asker)
        _not_too_often(origin, asker)
        with _one_of_few(origin, asker):
            actor = actors.fetch(key_id)
    except (FetchFailed, NoRoom) as error:
        if not asker and isinstance(error, FetchFailed):
            cache.set(f"keys-away:{origin}", 1, timeout=AWAY_SECONDS)
        raise KeyUnreachable(f"keyId: {key_id[:200]} could not be read: {error}") from error
    except (FetchRefused, ValueError) as error:
        raise SignatureMissing(f"keyId: {key_id[:200]} could not be read: {error}") from error
    if key_id not in {actor.rsa_key_id, actor.ed25519_key_id}:
        raise SignatureMissing(f"keyId: {actor.uri} does not name {key_id[:200]} as a key of theirs")
    return actor


def _not_away(origin: str, asker: str) -> None:
    """Work that can wait is not held up again and again by a server that did not answer. A request is: else whoever
    names a slow address there could keep everybody there from being heard."""
    if not asker and cache.get(f"keys-away:{origin}"):
        raise KeyUnreachable(f"keyId: {origin} did not answer within the last two minutes")


def _not_too_often(origin: str, asker: str) -> None:
    """Who asks is counted first: one address alone does not use up what a server is asked for."""
    few = not asker or limits.within(f"keys-from:{asker}", limits.UNKNOWN_KEYS_PER_ADDRESS)
    few = few and limits.within(f"keys:{origin}", limits.UNKNOWN_KEYS_PER_NODE)
    if not few:
        raise KeyUnreachable("keyId: too many keys we do not know in a minute; please send the rest later")


@contextmanager
def _one_of_few(origin: str, asker: str) -> Iterator[None]:
    """Servers that take their time hold only so many of our threads, and few of these for one server or one who asks:
    the others go on answering."""
    with _waiting_lock:
        of_one = [sum(each[0] == origin for each in _waiting), sum(each[1] == asker for each in _waiting if asker)]
        if len(_waiting) >= limits.KEY_FETCHES_AT_ONCE or max(of_one) >= limits.KEY_FETCHES_OF_ONE:
            raise KeyUnreachable("keyId: too many keys we do not know at once; please send it again later")
        _waiting.append((origin, asker))
    try:
        yield
    finally:
        with _waiting_lock:
            _waiting.remove((origin, asker))


def key_of(actor: Actor) -> KeyLookup:
    """Finds the actor's own keys by their names, and no others."""

    def look_up(key_id: str) -> PublicKey | None:
        if key_id == actor.rsa_key_id and actor.rsa_public:
            return keys.load_public(actor.rsa_public)
        if key_id == actor.ed25519_key_id and actor.ed25519_public:
            return keys.load_public(actor.ed25519_public)
        return None

    return look_up
