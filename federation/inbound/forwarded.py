"""An activity that somebody else passes on is believed on the strength of its own proof (FEP-8b32), or not at all.

Without a proof that holds, what is passed on is only a hint, and the thing's own server is asked (FEP-fe34).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from federation import identity, proofs
from federation.bounded import BadDocument
from federation.guard import FetchRefused
from federation.http import FetchFailed
from federation.inbound.authenticate import KeyUnreachable, key_of, refetched, signer_of
from federation.proofs import ProofRefused
from federation.signatures import SignatureRefused

if TYPE_CHECKING:
    from federation.models import Actor

log = logging.getLogger(__name__)

Json = dict[str, Any]


def vouched_by(activity: Json) -> Actor | None:
    """Whoever did an activity that came inside another one, if the proof in it holds under a key of theirs.

    May ask the network for the key, as a signature may; never inside a transaction. Raises FetchFailed where it cannot
    be read just now: what is only for members of a group nobody could ask the writer's server for later.
    """
    actor_uri = activity.get("actor")
    if not isinstance(actor_uri, str) or "proof" not in activity or identity.is_ours(actor_uri):
        return None
    try:
        method = proofs.claimed_method(activity)
        if not identity.is_at(method, identity.origin_of(actor_uri)):
            raise ProofRefused(f"verificationMethod: expected a key on {identity.origin_of(actor_uri)}")
        actor = _proven(activity, method)
    except KeyUnreachable as passing:
        raise FetchFailed(f"what {actor_uri} is said to have done waits: {passing}") from passing
    except (ProofRefused, SignatureRefused, FetchRefused, BadDocument) as refused:
        log.info("what %s is said to have done is not believed: %s", actor_uri, refused)
        return None
    if actor.uri != actor_uri or actor.node is None or actor.node.blocked_at is not None:
        return None
    return actor


def _proven(activity: Json, method: str) -> Actor:
    """Raises ProofRefused, also after the key was fetched again, since keys are rotated."""
    actor, fresh = signer_of(method)
    try:
        proofs.verify(activity, key_of(actor))
    except ProofRefused:
        newer = None if fresh else refetched(actor, method)
        if newer is None:
            raise
        actor = newer
        proofs.verify(activity, key_of(actor))
    return actor
