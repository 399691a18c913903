"""The eight shapes that were checked before anything was built: each comes in by the front door and is looked for.

Their node is a neighbour, and each is said by its owner. Some lack our own word for the kind: a bare `Group` and a bare
`Organization` are groups, `Event` and `Place` need no word. The page of knowledge is a know-how page only when it is
marked as one: as a bare `Article`, which any program might send, it is a subject under the group that it names.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from federation import types
from federation.models import Document
from tests.federation.cast import Speaker
from tests.federation.peer import Peer
from tests.federation.peers.played import neighbour, work
from tests.federation.shared import DESIGN

Json = dict[str, Any]

EXAMPLES = DESIGN / "wire-examples"
MARKED = {"additionalType": "https://schema.org/Article"}
WANTED = (
    ("funding-call", {}, "call"),
    ("group-cop", {}, "group"),
    ("knowledge-page", {}, "post"),
    ("knowledge-page", MARKED, "know-how"),
    ("lab-event", {}, "gathering"),
    ("need", {}, "need"),
    ("offer", {}, "offer"),
    ("organization", {}, "group"),
    ("place", {}, "place"),
)
ACTORS = {"Group", "Organization"}


def read() -> Iterator[tuple[str, str, str]]:
    """Of each example its name, what it should be read as, and what it was read as: a kind, or the reason."""
    with neighbour("https://nodo-a.example") as peer:
        speakers: dict[str, Speaker] = {}
        for name, more, wanted in WANTED:
            doc = json.loads((EXAMPLES / f"{name}.json").read_text()) | more
            if more:
                doc |= {"id": f"{doc['id']}-marked"}
            yield f"{name}{' marked as knowledge' if more else ''}", wanted, _sent(peer, doc, speakers)


def _sent(peer: Peer, doc: Json, speakers: dict[str, Speaker]) -> str:
    speaks_for_itself = doc["type"] in ACTORS
    owner = doc["id"] if speaks_for_itself else doc["attributedTo"]
    speaker = speakers.get(owner) or peer.somebody(owner.removeprefix(f"{peer.origin}/"), "Group")
    speakers[owner] = speaker
    if speaks_for_itself:
        doc |= {"publicKey": peer.web.pages[owner]["publicKey"]}
    peer.web.pages[doc["id"]] = doc
    answer = peer.post(speaker, peer.activity(speaker, "Update" if speaks_for_itself else "Create", doc))
    if answer.status_code != 202:
        return f"{answer.status_code} {answer.content.decode()[:200]}"
    work()
    found = types.locate(doc["id"])
    if found is not None:
        return found[0].kind_of(found[1])
    kept = Document.objects.filter(uri=doc["id"]).first()
    return f"{kept.state}: {kept.reason}" if kept else "nothing was kept"
