"""Which key of ours signs what."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from federation import keys, proofs
from federation.actors import this_node, with_keys, with_proof_key
from federation.signatures import sign_cavage, sign_rfc9421

if TYPE_CHECKING:
    from collections.abc import Callable

    from federation.http import Sign
    from federation.models import Actor

    Signer = Callable[[str, str, bytes | None], dict[str, str]]

log = logging.getLogger(__name__)

Json = dict[str, Any]
CAVAGE = "cavage"
RFC9421 = "rfc9421"


def signer_for(actor: Actor, scheme: str = CAVAGE) -> Signer:
    """A function (method, url, body) -> headers that signs as `actor`, with its RSA key, which every server knows."""
    actor = with_keys(actor)
    private = keys.load_private(keys.open_sealed(actor.rsa_private))
    sign = sign_rfc9421 if scheme == RFC9421 else sign_cavage
    key_id = actor.rsa_key_id

    def signed(method: str, url: str, body: bytes | None) -> dict[str, str]:
        return sign(private, key_id, method, url, body)

    return signed


def fetch_signer() -> Sign:
    """Signs our GET requests as the node itself: some servers answer nobody they do not know."""
    return signer_for(this_node().actor)


def vouched(actor: Actor, activity: Json) -> Json:
    """The activity with a proof by its actor, so that others can pass it on and be believed (FEP-8b32).

    Without one where the key cannot be opened: nobody is kept from what they do by a key that is to be mended.
    """
    actor = with_proof_key(actor)
    try:
        private = keys.load_private(keys.open_sealed(actor.ed25519_private))
    except (keys.SealBroken, keys.BadKey) as broken:
        log.error("%s speaks without a proof: %s", actor.uri, broken)
        return activity
    assert isinstance(private, Ed25519PrivateKey)  # the column holds no others
    return proofs.sign(activity, private, actor.ed25519_key_id)
