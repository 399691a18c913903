"""Who signed this request: find or fetch their key, prove the signature, and know the actor behind the key."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db.models import Q

from federation import actors, identity, keys, limits
from federation.guard import FetchRefused
from federation.models import Actor
from federation.signatures import SignatureRefused, claimed_key, verify_request

if TYPE_CHECKING:
    from django.http import HttpRequest

    from federation.keys import PublicKey
    from federation.signatures import KeyLookup

log = logging.getLogger(__name__)

UNKNOWN_KEYS_PER_MINUTE = 120  # that one server is asked for: anybody can name any number of them
REFETCH_AFTER = dt.timedelta(minutes=5)


class SignatureMissing(SignatureRefused):
    """There is nobody to ask: unsigned, or the key could not be read."""


def authenticate(request: HttpRequest, body: bytes, *, owner: str = "") -> Actor:
    """The actor whose key signed the request. Raises SignatureRefused saying why not.

    With `owner`, a key on another server than theirs is refused before anybody is asked for it.
    A key we hold that does not fit is fetched again once, since keys are rotated; at most once in five minutes per
    actor, since anybody can send us a bad signature in their name.
    """
    claim = claimed_key(request.headers)
    if owner and _origin(claim.keyid) != identity.origin_of(owner):
        raise SignatureRefused(f"keyId: expected an address on {identity.origin_of(owner)}")
    actor, fresh = signer_of(claim.keyid)
    target = request.get_full_path()
    try:
        verify_request(request.method or "", target, request.headers, body, key_of(actor))
    except SignatureRefused:
        newer = None if fresh else refetched(actor, claim.keyid)
        if newer is None:
            raise
        actor = newer
        verify_request(request.method or "", target, request.headers, body, key_of(actor))
    if _origin(claim.keyid) != identity.origin_of(actor.uri):
        raise SignatureRefused(f"keyId: expected an address on {identity.origin_of(actor.uri)}")
    return actor


def signer_of(key_id: str) -> tuple[Actor, bool]:
    """The actor whose key this is, and whether their server was asked just now. Raises SignatureMissing."""
    actor = _holder(key_id)
    if actor is None or not actor.keys_read_at:
        return _fetch(key_id), True
    return actor, False


def refetched(actor: Actor, key_id: str) -> Actor | None:
    """The actor with the keys their server gives now; None where it was asked within the last five minutes."""
    if not cache.add(f"refetch:{actor.pk}", 1, timeout=REFETCH_AFTER.total_seconds()):
        return None
    return _fetch(key_id)


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


def _fetch(key_id: str) -> Actor:
    try:
        if identity.is_ours(key_id):
            raise SignatureMissing("keyId: an address on this node cannot sign from outside")
        if not limits.within(f"keys:{identity.origin_of(key_id)}", UNKNOWN_KEYS_PER_MINUTE):
            raise SignatureMissing("keyId: too many keys we do not know in a minute; please send the rest later")
        actor = actors.fetch(key_id)
    except (FetchRefused, ValueError) as error:
        raise SignatureMissing(f"keyId: {key_id[:200]} could not be read: {error}") from error
    if key_id not in {actor.rsa_key_id, actor.ed25519_key_id}:
        raise SignatureMissing(f"keyId: {actor.uri} does not name {key_id[:200]} as a key of theirs")
    return actor


def key_of(actor: Actor) -> KeyLookup:
    """Finds the actor's own keys by their names, and no others."""

    def look_up(key_id: str) -> PublicKey | None:
        if key_id == actor.rsa_key_id and actor.rsa_public:
            return keys.load_public(actor.rsa_public)
        if key_id == actor.ed25519_key_id and actor.ed25519_public:
            return keys.load_public(actor.ed25519_public)
        return None

    return look_up
