"""A document as a thing to compare: its canonical form, its hash, and the `@context` ours have."""

import hashlib
from typing import Any

import rfc8785

from federation.bounded import BadDocument, parse_document
from federation.jsonld import bundled, normalise
from federation.vocabulary import CONTEXT, PROOF_CONTEXT, TERMS

__all__ = [
    "BUCKETS",
    "CONTEXT",
    "COUNTERS",
    "PROOF_CONTEXT",
    "TERMS",
    "bucket_of",
    "canonical",
    "content_hash",
    "normalise",
    "read_document",
    "unknown_terms",
    "with_counters",
]

BUCKETS = 256

NOT_CONTENT = frozenset({"@context", "proof", "signature"})

COUNTERS = frozenset(
    {
        "participantCount",
        "remainingAttendeeCapacity",
        "covered",
        "memberCount",
        "votersCount",
        # Collections, whose length changes without anybody touching the object.
        "attendees",
        "followers",
        "following",
        "history",
        "likes",
        "members",
        "outbox",
        "replies",
        "shares",
    }
)
"""Properties that may differ between two honest copies of one version of an object."""


def read_document(raw: bytes) -> dict[str, Any]:
    """What a stranger sent, bounded and with plain ActivityStreams names, however its JSON-LD was written.

    Raises BadDocument. Every activity and every fetched document passes here before anything else reads it.
    """
    return normalise(parse_document(raw))


def canonical(obj: dict[str, Any]) -> bytes:
    """The object in JCS form (RFC 8785), without context, proof, signature and counters at any level.

    Raises BadDocument for numbers or text that JCS cannot write; `bounded.parse_json` lets none in.
    """
    try:
        return rfc8785.dumps(_content(obj))
    except (rfc8785.CanonicalizationError, RecursionError) as error:
        raise BadDocument("document", str(error), "JSON that can be written in canonical form") from error


def _content(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _content(each) for name, each in value.items() if name not in NOT_CONTENT and name not in COUNTERS
        }
    if isinstance(value, list | tuple):
        return [_content(each) for each in value]
    return value


def with_counters(said: Any, now: Any) -> Any:
    """What was said once, at every level with the counters of `now`, which is another copy of the same version."""
    if isinstance(said, dict) and isinstance(now, dict):
        kept = {name: with_counters(each, now.get(name)) for name, each in said.items() if name not in COUNTERS}
        return kept | {name: each for name, each in now.items() if name in COUNTERS}
    if isinstance(said, list) and isinstance(now, list) and len(said) == len(now):
        return [with_counters(each, other) for each, other in zip(said, now, strict=True)]
    return said


def content_hash(obj: dict[str, Any]) -> str:
    """SHA-256 of the canonical form, in hex: the same on every node that holds the same version."""
    return hashlib.sha256(canonical(obj)).hexdigest()


def bucket_of(uri: str) -> int:
    """Which of the 256 buckets of the metropolitan digest an object belongs to, by its id alone."""
    return hashlib.sha256(uri.encode()).digest()[0]


def unknown_terms(obj: dict[str, Any]) -> set[str]:
    """Names in a document of ours that its `@context` does not define; JSON-LD peers would drop them."""
    defined = set(TERMS)
    for name in ("activitystreams", "security-v1", "cid-v1", "security-data-integrity-v1"):
        defined |= _defined(bundled(name)["@context"])
    return _names(obj) - defined


def _defined(context: dict[str, Any]) -> set[str]:
    """Terms of a context and of the contexts inside it, as Multikey has one for its own properties."""
    found = set(context)
    for term in context.values():
        if isinstance(term, dict) and isinstance(term.get("@context"), dict):
            found |= _defined(term["@context"])
    return found


def _names(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*(_names(each) for each in value))
    if not isinstance(value, dict):
        return set()
    found = set()
    for name, each in value.items():
        if name.startswith("@") or ":" in name:
            continue
        found.add(name)
        if not name.endswith("Map") and name not in ("prefLabel", "altLabel"):
            found |= _names(each)
    return found
