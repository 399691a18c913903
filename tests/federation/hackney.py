"""A neighbour whose view can be compared: what it publishes, as our own code gives it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cop.models import Proposal
from federation import digest
from federation.documents import BUCKETS, bucket_of, content_hash
from federation.http import Fetched
from federation.models import Node

JSON = "application/json"


class Hackney:
    """What a neighbour publishes: its digest, its lists and its objects, as our own code gives them."""

    def __init__(self, peer: Any, web: Any) -> None:
        self.peer, self.web = peer, web
        self.things: dict[str, dict[str, Any]] = {}
        self.age = 60
        self.queued = 0
        self.most = 0
        self.address = f"{peer.origin}/metro/digest"
        Node.objects.update(digest_url=self.address)
        web.pages[peer.node.uri]["digest"] = self.address
        web.answer = self._answer
        self.dana = peer.somebody("people/dana", name="Dana")

    def publish(self, path: str, **more: Any) -> dict[str, Any]:
        """Without telling us."""
        need = self.peer.note(self.dana, path, **more)
        self.things[need["id"]] = self.web.pages[need["id"]] = need
        return need

    def withdraw(self, path: str, version: int) -> None:
        uri = f"{self.peer.origin}/{path}"
        self.things[uri] = {"id": uri, "type": "Tombstone", "formerType": "Note", "version": version}
        self.web.pages[uri] = Fetched(uri, 410, "text/html", b"", {})

    def push(self, need: dict[str, Any], verb: str = "Create") -> None:
        self.peer.does(self.dana, verb, need)

    def asked(self) -> list[str]:
        """What of the shared view was asked of it since this was last asked."""
        paths = [url.removeprefix(self.peer.origin) for url in self.web.asked]
        found = [path for path in paths if path.startswith(("/metro/", "/needs/", "http"))]
        self.web.asked.clear()
        return found

    def has_pages(self, items: list[dict[str, Any]]) -> None:
        """Its catalogue is one page."""
        self.has_catalogue()
        address = f"{self.peer.origin}/metro/catalogue?after=0"
        self.web.pages[address] = {"orderedItems": items, "last": len(items), "left": 0}

    def has_catalogue(self, most: int = 1000) -> None:
        """From now on things can be asked for together, at most so many at once."""
        self.most = most
        address = f"{self.peer.origin}/metro/catalogue"
        Node.objects.update(catalogue_url=address)
        self.web.pages[self.peer.node.uri]["catalogue"] = address

    def _together(self, url: str) -> Fetched:
        wanted = [f"{self.peer.origin}{path}" for path in parse_qs(urlsplit(url).query)["id"]]
        items = [self.things[uri] for uri in wanted if uri in self.things][: self.most]
        return Fetched(
            url, 200, JSON, json.dumps({"type": "OrderedCollectionPage", "orderedItems": items}).encode(), {}
        )

    def _answer(self, url: str, headers: dict[str, str]) -> Fetched | None:
        if "/metro/catalogue?id=" in url and self.most:
            return self._together(url)
        if not url.startswith(self.address):
            return None
        asked = parse_qs(urlsplit(url).query).get("buckets")
        if asked:
            return Fetched(url, 200, JSON, json.dumps(self._list(asked[0])).encode(), {})
        found = self._digest()
        if headers.get("If-None-Match") == digest.etag(found):
            return Fetched(url, 304, "", b"", {})
        return Fetched(url, 200, JSON, json.dumps(found | {"queued": self.queued}).encode(), {})

    def _digest(self) -> dict[str, Any]:
        sums, counts = [0] * BUCKETS, [0] * BUCKETS
        for uri, thing in self.things.items():
            counts[bucket_of(uri)] += 1
            sums[bucket_of(uri)] += int(digest.row_hash(uri, thing["version"], content_hash(thing)), 16)
        buckets = [{"count": n, "hash": f"{total % 2**256:064x}"} for n, total in zip(counts, sums, strict=True)]
        return {"count": sum(counts), "hash": f"{sum(sums) % 2**256:064x}", "buckets": buckets}

    def _list(self, asked: str) -> dict[str, Any]:
        buckets = [int(each) for each in asked.split(",")]
        items = [self._item(uri, thing) for uri, thing in self.things.items() if bucket_of(uri) in buckets]
        return {"buckets": buckets, "items": items}

    def _item(self, uri: str, thing: dict[str, Any]) -> dict[str, Any]:
        item = {"id": uri, "version": thing["version"], "hash": content_hash(thing), "age": self.age}
        return item | {"tombstone": thing} if thing["type"] == "Tombstone" else item


def titles() -> set[str]:
    return set(Proposal.objects.filter(withdrawn_at=None).values_list("title", flat=True))
