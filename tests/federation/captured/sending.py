"""A captured document comes in by the front door, signed by whoever it says speaks, and what became of it is looked at.

Bare things are put into a Create by whoever they are attributed to; actors, who announce themselves, into an Update.
A wrapper says "to everyone" only where the thing inside names nobody. The speaker lives on a neighbour node, whose
things are kept; everybody else on servers that nobody here has heard of.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from unittest import mock

from django.core.cache import cache as counters
from django.db import transaction
from django.test import Client

from federation import actors, http, keys, types
from federation.models import Actor, Document, Node, Receipt
from journal.lanes import work_until_idle
from journal.models import Errand
from tests.federation.captured.documents import (
    BOM,
    HOSTILE,
    Expectation,
    Json,
    address_of,
    filled,
    host_of,
    hosts_of,
    rehosted,
    things_in,
)
from tests.federation.cast import Speaker
from tests.federation.peer import Peer, Web

NEIGHBOUR, VICTIM = "https://hackney.example", "https://lambeth.example"
ACTOR_TYPES = tuple(Actor.Type.values)
AS = "https://www.w3.org/ns/activitystreams"
NOT_SENT = ("Collection", "CollectionPage", "Inbox", "Outbox")  # nobody wraps those, nor what has no type
TRUE_WORDS = "what its own server says"


@dataclass(frozen=True)
class Arrival:
    """What became of one document: the door's answer, and what the node made of the thing in it."""

    status: int
    outcome: str = ""
    state: str = ""  # of the Document kept, "" where none was
    reason: str = ""
    kind: str = ""  # of the row it was read into
    well_named: bool = True  # the row bears the name that the document gives
    is_actor: bool = False
    new_rows: int = 0
    broken: bool = False  # a fault of ours: the door answered 5xx, or the work raised
    believed: bool = False  # the sender's own words are kept as what stands at the address

    def __str__(self) -> str:
        said = (str(self.status), self.outcome, self.kind, self.state, self.reason)
        return "; ".join(dict.fromkeys(each for each in said if each))


class Sender:
    """Sends one document and forgets it again, so that no document meets another."""

    def __init__(self, expectation: Expectation, *, victim: str = VICTIM) -> None:
        self.expectation = expectation
        self.hostile = expectation.program == HOSTILE
        self.victim = victim
        self.web = Web()
        self.peer = Peer(Client(raise_request_exception=False), self.web, NEIGHBOUR)

    def send(self) -> Arrival:
        """The document as it is, or wrapped as its sender would."""
        with self._alone():
            return self._deliver(*self.prepared())

    def prepared(self) -> tuple[Speaker, Json | bytes]:
        """Who sends it, and what; what its sender is stands on the web of this test."""
        document = filled(self.expectation.document)
        if not isinstance(document, dict):
            return self.peer.node, self.expectation.raw
        if self.expectation.outer:
            return self._said(self._moved(document, self._speaking(document)))
        document = self._moved(document, host_of(address_of(document)) or host_of(document.get("attributedTo")))
        if not self.expectation.type or self.expectation.type.endswith(NOT_SENT):
            return self.peer.node, document
        return self._wrapped(document)

    def answer(self, known: str) -> Arrival:
        """The thing in the document once more, under another id, as an answer to something known here."""
        thing = next(things_in(filled(self.expectation.document)))
        with self._alone():
            thing = self._moved(thing, host_of(thing["id"]))
            return self._deliver(*self._wrapped(thing | {"id": f"{thing['id']}-answer", "inReplyTo": known}))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        counters.clear()
        with mock.patch.object(http, "fetch", self.web.fetch), transaction.atomic():
            _befriend(self.peer)
            if self.victim == VICTIM:
                _befriend(Peer(self.peer.client, self.web, VICTIM))
            yield
            transaction.set_rollback(True)

    def _speaking(self, document: Json) -> str:
        """The server an activity comes from: its actor's. A forger may name another's; their activity is at home."""
        names = (document.get("id"), document.get("actor"))
        return next(filter(None, map(host_of, names if self.hostile else reversed(names))), "")

    def _moved(self, document: Json, speaking: str) -> Json:
        """The document on the servers of this test: its speaker's is the neighbour's, everybody else's a stranger's."""
        others = [host for host in dict.fromkeys(hosts_of(document)) if host != speaking]
        hosts = {host: f"https://server-{number}.example" for number, host in enumerate(others)}
        if self.hostile:
            hosts["testserver"] = self.victim
        moved: Json = rehosted(document, hosts | ({speaking: NEIGHBOUR} if speaking else {}))
        for thing in things_in(moved):
            if thing["type"] in ACTOR_TYPES:
                thing["publicKey"] = _key(Speaker(thing["id"], *_pair()))
        return moved

    def _said(self, activity: Json) -> tuple[Speaker, Json]:
        if self.hostile:
            return self._speaker(f"{NEIGHBOUR}/users/mallory"), activity
        speaker = address_of(activity.get("actor"))
        said = next((each for each in things_in(activity) if each["id"] == speaker), None)
        return self._speaker(speaker, said), activity

    def _wrapped(self, thing: Json) -> tuple[Speaker, Json]:
        is_actor = self.expectation.types[0] in ACTOR_TYPES
        speaker = self._speaker(address_of(thing) if is_actor else _author(thing), thing)
        activity = self.peer.activity(speaker, "Update" if is_actor else "Create", thing)
        if "to" in thing or "cc" in thing:
            del activity["to"]
        return speaker, activity | ({"@context": thing.pop("@context")} if "@context" in thing else {})

    def _speaker(self, uri: str, said: Any = None) -> Speaker:
        """Somebody of the neighbour's, with keys at their address; the neighbour itself where nobody fits."""
        if not f"{uri}/".startswith(f"{NEIGHBOUR}/"):
            return self.peer.node
        speaker = Speaker(uri, *_pair())
        known = isinstance(said, dict) and said.get("id") == uri and said.get("type") in ACTOR_TYPES
        page = said if known else {"id": uri, "type": "Person", "inbox": f"{uri}/inbox"}
        self.web.pages[uri] = {"@context": AS} | page | {"publicKey": _key(speaker)}
        return speaker

    def _deliver(self, speaker: Speaker, sent: Json | bytes) -> Arrival:
        for thing in things_in(sent):
            self._stand(thing)
        thing = next(things_in(sent), {"id": ""})
        if isinstance(sent, dict) and self.expectation.raw.startswith(BOM):
            sent = BOM + json.dumps(sent).encode()
        before = _rows()
        status = self.peer.post(speaker, sent).status_code
        work_until_idle()
        return _look(status, thing, before)

    def _stand(self, thing: Json) -> None:
        """Put a thing where its address is. On a victim's server stands what the victim says, not the forgery."""
        uri = thing["id"]
        if self.hostile and uri.startswith(f"{self.victim}/"):
            thing = {"@context": AS} | thing | {"content": TRUE_WORDS, "attributedTo": f"{self.victim}/users/bob"}
        self.web.pages.setdefault(uri, {"@context": AS} | thing)


def _look(status: int, thing: Json, before: int) -> Arrival:
    uri = thing["id"]
    receipt = Receipt.objects.order_by("-pk").first()
    held = Document.objects.filter(uri=uri).first() if uri else None
    read = held if held and held.state == Document.State.READ else None
    found = types.locate(uri) if uri else None
    failed = Errand.objects.exclude(error="").exists() or Receipt.objects.exclude(error="").exists()
    return Arrival(
        status,
        outcome=receipt.outcome if receipt else "",
        state=("tombstone" if held.tombstone else held.state) if held else "",
        reason=held.reason if held else "",
        kind=found[0].kind_of(found[1]) if found else read.kind if read else "",
        well_named=not found or _bears_its_name(found[1], thing),
        is_actor=Actor.objects.filter(uri=uri, read_at__isnull=False).exists() if uri else False,
        new_rows=_rows() - before,
        broken=status >= 500 or failed,
        believed=bool(held and held.raw and TRUE_WORDS not in held.raw and held.state != Document.State.REFUSED),
    )


def _bears_its_name(row: Any, thing: Json) -> bool:
    if not isinstance(thing.get("name"), str):
        return True
    name = " ".join(html.unescape(thing["name"]).split())
    shown = getattr(row, "title", "") or getattr(row, "name", "")
    return "".join(filter(str.isprintable, name)).startswith(shown[:80])


def _befriend(peer: Peer) -> None:
    node = actors.hear_of_node(peer.origin)
    node.actor = actors.read(peer.web.pages[peer.node.uri], node)
    node.peering = Node.Peering.FULL
    node.save()


def _author(thing: Json) -> str:
    """Who a bare thing is sent by: its author, or where none is on its own server, somebody else who lives there."""
    found = address_of(thing.get("attributedTo")) or address_of(thing.get("actor"))
    return found if found.startswith(NEIGHBOUR) else f"{NEIGHBOUR}/people/sender"


def _key(speaker: Speaker) -> Json:
    return {"id": speaker.keyid, "owner": speaker.uri, "publicKeyPem": speaker.rsa.public_pem}


@cache
def _pair() -> tuple[keys.KeyPair, keys.KeyPair]:
    return keys.make_rsa(), keys.make_ed25519()


def _rows() -> int:
    """Everything of every kind that is held."""
    return sum(type_.model.objects.count() for type_ in types.all_types())
