"""Which key of ours signs what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from federation import keys
from federation.actors import this_node, with_keys
from federation.signatures import sign_cavage, sign_rfc9421

if TYPE_CHECKING:
    from collections.abc import Callable

    from federation.http import Sign
    from federation.models import Actor

    Signer = Callable[[str, str, bytes | None], dict[str, str]]

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
