"""Asking a thing's own server for it: the one place where an answer from the network becomes a document we believe."""

from __future__ import annotations

from typing import Any

from federation import http, identity
from federation.bounded import BadDocument
from federation.guard import FetchRefused
from federation.http import ACTIVITY, Fetched, FetchFailed, MediaTypes, Sign
from federation.reader import BadField

Json = dict[str, Any]

TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


class Gone(FetchRefused):
    """Their server says that the thing is no longer there; `tombstone` is what it gave instead, if anything."""

    def __init__(self, reason: str, tombstone: Json | None = None) -> None:
        super().__init__(reason)
        self.tombstone = tombstone


def get_document(uri: str, sign: Sign | None = None) -> Json:
    """The document at its own address, and nowhere else: its id is `uri`, and no redirect left its server.

    Raises Gone, FetchRefused (no use trying again), FetchFailed (later perhaps), BadDocument, BadField.
    """
    return document_of(uri, http.fetch(_on_the_web(uri), sign=sign, accept=ACTIVITY))


def document_of(uri: str, answer: Fetched) -> Json:
    """What was answered, as the document at `uri`. Raises as get_document."""
    doc = _object_in(uri, answer)
    if doc.get("id") != uri:
        raise BadField("id", doc.get("id"), uri)
    return doc


def get_json_object(uri: str, sign: Sign | None = None, accept: MediaTypes = ACTIVITY) -> Json:
    """A JSON object from an address of that same server; its id is the caller's to check. Raises as get_document."""
    return _object_in(uri, http.fetch(_on_the_web(uri), sign=sign, accept=accept))


def _on_the_web(uri: str) -> str:
    try:
        identity.origin_of(uri)
    except ValueError as bad:
        raise FetchRefused(str(bad)) from bad
    return uri


def _object_in(uri: str, answer: Fetched) -> Json:
    if not identity.is_at(answer.url, identity.origin_of(uri)):
        raise BadField("address", answer.url, f"an answer from {identity.origin_of(uri)}")
    if answer.status in TRY_AGAIN:
        raise FetchFailed(f"{uri}: their server answered {answer.status}")
    if answer.status in {404, 410}:
        raise Gone(f"{uri}: their server answered {answer.status}", _tombstone(answer))
    if not answer.ok:
        raise FetchRefused(f"{uri}: their server answered {answer.status}")
    return answer.json()


def _tombstone(answer: Fetched) -> Json | None:
    try:
        doc = answer.json() if answer.status == 410 else {}
    except BadDocument:  # most servers say it in a web page
        return None
    return doc if doc.get("type") == "Tombstone" else None
