"""Another server, played honestly: real keys, real signatures, real documents; only the network between is not there.

`web` is what our node finds when it asks around; `Peer` is a node on it. Tests let the peer post to our front door and
look at what becomes of it.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client

from federation import keys
from federation.audiences import PUBLIC
from federation.guard import FetchRefused
from federation.http import Fetched
from federation.signatures import sign_cavage
from tests.federation.cast import Speaker

Json = dict[str, Any]
ACTIVITY = "application/activity+json"
_numbers = itertools.count(1)
_pairs: dict[int, tuple[keys.KeyPair, keys.KeyPair]] = {}


def _keys(number: int) -> tuple[keys.KeyPair, keys.KeyPair]:
    """Key pairs made once per test run: an RSA pair takes a tenth of a second."""
    if number not in _pairs:
        _pairs[number] = (keys.make_rsa(), keys.make_ed25519())
    return _pairs[number]


class Web:
    """Addresses and what stands there, or a function that takes its time to say so; whatever else is asked for `answer`
    may know, or it is not found. `asked` remembers every request."""

    def __init__(self) -> None:
        self.pages: dict[str, Any] = {}
        self.asked: list[str] = []
        self.answer: Callable[[str, dict[str, str]], Fetched | None] = lambda url, headers: None

    def begin(self, url: str, *, sign: Any = None, accept: Any = None) -> Future[Fetched]:
        answer: Future[Fetched] = Future()
        try:
            answer.set_result(self.fetch(url, sign=sign, accept=accept))
        except FetchRefused as refused:
            answer.set_exception(refused)
        return answer

    def fetch(self, url: str, *, sign: Any = None, accept: Any = None, headers: Any = None) -> Fetched:
        self.asked.append(url)
        page = self.pages.get(url) or self.answer(url, headers or {})
        if callable(page):
            page = page()
        if isinstance(page, Exception):
            raise page
        if page is None:
            return Fetched(url, 404, "text/plain", b"", {})
        if isinstance(page, Fetched):
            return page
        if urlsplit(url).scheme not in {"http", "https"}:
            raise FetchRefused(url)
        return Fetched(url, 200, ACTIVITY, json.dumps(page).encode(), {})


class Peer:
    """A node at `origin` with its own actor and people, who post to our inbox."""

    def __init__(self, client: Client, web: Web, origin: str = "https://hackney.example") -> None:
        self.client, self.web, self.origin = client, web, origin
        self.node = self.somebody("actor", "Application", name="Hackney")
        web.pages[f"{origin}/.well-known/nodeinfo"] = {
            "links": [{"rel": "https://www.w3.org/ns/activitystreams#Application", "href": self.node.uri}]
        }

    def somebody(self, path: str, type_: str = "Person", **said: Any) -> Speaker:
        """An actor with keys, whose document stands at its address."""
        uri = f"{self.origin}/{path}"
        rsa, ed25519 = _keys(len([page for page in self.web.pages if page.startswith("https://")]) % 6)
        speaker = Speaker(uri, rsa, ed25519)
        self.web.pages[uri] = {
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": uri,
            "type": type_,
            "preferredUsername": path.rsplit("/", 1)[-1],
            "inbox": f"{uri}/inbox",
            "endpoints": {"sharedInbox": f"{self.origin}/inbox"},
            "publicKey": {"id": speaker.keyid, "owner": uri, "publicKeyPem": rsa.public_pem},
            **said,
        }
        return speaker

    def activity(self, speaker: Speaker, type_: str, obj: Any, **more: Any) -> Json:
        return {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": f"{self.origin}/activities/{next(_numbers)}",
            "type": type_,
            "actor": speaker.uri,
            "object": obj,
            "to": [PUBLIC],
            **more,
        }

    def post(
        self,
        speaker: Speaker,
        activity: Json | bytes,
        *,
        path: str = "/inbox",
        sign: Callable[..., dict[str, str]] | None = sign_cavage,
        now: datetime | None = None,
        content_type: str = ACTIVITY,
        headers: dict[str, str] | None = None,
    ) -> Any:
        """Sign and send to our door; the answer is Django's response."""
        body = activity if isinstance(activity, bytes) else json.dumps(activity).encode()
        url = f"{settings.ORIGIN}{path}"
        signed = sign(speaker.private, speaker.keyid, "POST", url, body, now) if sign else {}
        sent = {"Host": urlsplit(settings.ORIGIN).netloc, **signed, **(headers or {})}
        return self.client.post(path, data=body, content_type=content_type, headers=sent)

    def does(self, speaker: Speaker, type_: str, obj: Any, **more: Any) -> Any:
        """Post an activity and expect it to be taken."""
        answer = self.post(speaker, self.activity(speaker, type_, obj, **more))
        assert answer.status_code == 202, (answer.status_code, answer.content[:300])
        return answer

    def comment(self, about: str, path: str = "notes/1", **more: Any) -> Json:
        """What Dana, of this server, writes about something, as our nodes send it."""
        return {
            "id": f"{self.origin}/{path}",
            "type": "Note",
            "additionalType": "https://schema.org/Comment",
            "attributedTo": f"{self.origin}/people/dana",
            "content": "<p>Rude words</p>",
            "published": "2026-11-20T09:00:00Z",
            "version": 1,
            "to": [PUBLIC],
            "inReplyTo": about,
            "context": about,
            **more,
        }

    def note(self, speaker: Speaker, path: str = "needs/1", **more: Any) -> Json:
        """A need as our nodes send it."""
        return {
            "id": f"{self.origin}/{path}",
            "type": "Note",
            "additionalType": "https://w3id.org/valueflows/ont/vf#Proposal",
            "purpose": "request",
            "attributedTo": speaker.uri,
            "name": "A room for forty people",
            "content": "<p>On Tuesdays</p>",
            "published": "2026-11-20T09:00:00+00:00",
            "updated": "2026-11-20T09:00:00+00:00",
            "version": 1,
            "to": [PUBLIC],
            "support": "space",
            "topics": ["urn:flotilla:topic:housing"],
            **more,
        }


def an_hour_hence() -> datetime:
    return datetime.now(UTC) + timedelta(hours=2)
