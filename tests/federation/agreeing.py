"""What the other side of a match says, as a node of this program writes it (FEP-0837)."""

from __future__ import annotations

from typing import Any

from tests.federation.cast import Speaker
from tests.federation.peer import Peer

Json = dict[str, Any]


def commitment(peer: Peer, dana: Speaker, match_uri: str, **said: Any) -> Json:
    """Dana's side of a match that she proposed, or of another; None takes a property away."""
    known = {
        "id": f"{match_uri}#offer",
        "type": "Commitment",
        "clauseOf": match_uri,
        "attributedTo": dana.uri,
        "version": 1,
        "state": "agreed",
    }
    return {name: value for name, value in (known | said).items() if value is not None}


def agreement(
    peer: Peer, dana: Speaker, need_uri: str, path: str = "matches/1", clause: Json | None = None, **said: Any
) -> Json:
    """What Dana proposes, with her own side of it."""
    uri = f"{peer.origin}/{path}"
    return {
        "id": uri,
        "type": "Agreement",
        "attributedTo": dana.uri,
        "content": "<p>I read plans.</p>",
        "need": need_uri,
        "offer": f"{peer.origin}/offers/1",
        "offerTitle": "An hour for plans",
        "stipulates": clause or commitment(peer, dana, uri, satisfies=f"{need_uri}#primary"),
        **said,
    }
