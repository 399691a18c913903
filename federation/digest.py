"""Provably the same view: a count and an order-independent hash of one node's public objects (blueprint 4.5).

Modelled on FEP-8fcf: the hashes of all objects of a bucket are added up, so that order does not matter and one
difference shows.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import Case, TextField, Value, When
from django.utils import timezone

from federation.documents import BUCKETS
from federation.models import Document, Publication

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

MOST_LISTED = 2_000  # objects of one answer
LONGEST_LISTING = 800_000  # bytes, roughly: a withdrawn object is told whole

KEEP_SECONDS = 1
_MODULUS = 2**256


def of_origin(origin: str) -> dict[str, Any]:
    """What this node publishes itself, or what it holds of another origin, as 256 buckets of count and hash."""
    rows: Iterable[tuple[str, int, str, int, bool]]
    columns = ("uri", "version", "content_hash", "bucket", "tombstone")
    if origin == settings.ORIGIN:
        rows = Publication.objects.filter(public=True).values_list(*columns).iterator(2000)
    else:
        held = Document.objects.filter(node__origin=origin, counted=True, public=True)
        rows = held.values_list(*columns).iterator(2000)
    sums, counts, living = [0] * BUCKETS, [0] * BUCKETS, 0
    for uri, version, content_hash, bucket, tombstone in rows:
        sums[bucket] = (sums[bucket] + int(row_hash(uri, version, content_hash), 16)) % _MODULUS
        counts[bucket] += 1
        living += not tombstone
    return {
        "origin": origin,
        "count": sum(counts),
        "living": living,
        "hash": f"{sum(sums) % _MODULUS:064x}",
        "buckets": [{"count": n, "hash": f"{total:064x}"} for n, total in zip(counts, sums, strict=True)],
    }


def lately_of(origin: str) -> dict[str, Any]:
    """The same, as it was at most a second ago: whoever asks again and again has us count once a second."""
    key = lately_key(origin)
    found: dict[str, Any] | None = cache.get(key)
    if found is None:
        found = of_origin(origin)
        cache.set(key, found, KEEP_SECONDS)
    return found


def lately_key(origin: str) -> str:
    return "digest:" + hashlib.sha256(origin.encode()).hexdigest()[:32]


def row_hash(uri: str, version: int, content_hash: str) -> str:
    """What one object adds to its bucket, in hex."""
    return hashlib.sha256(f"{uri}\n{version}\n{content_hash}".encode()).hexdigest()


def etag(found: dict[str, Any]) -> str:
    """One digest as an entity tag: two nodes that hold the same have the same one (RFC 9110 section 8.8.3)."""
    return f'"{found["count"]}-{found["hash"]}"'


def listing(buckets: Iterable[int]) -> dict[str, Any]:
    """What this node publishes in some buckets, object by object: id, version, hash, and the seconds since it was last
    published. Of what was withdrawn the tombstone itself, so that nobody has to come for it.

    `buckets` in the answer are those that are told whole; whoever asked for more asks again for the rest.
    """
    now, size = timezone.now(), 0
    items: list[dict[str, Any]] = []
    told: list[int] = []
    for bucket in sorted(set(buckets)):
        rows = _with_tombstones().filter(public=True, bucket=bucket).order_by("pk")
        found = [_listed(row, (now - row.changed_at).total_seconds()) for row in rows]
        size += sum(200 + len(str(item.get("tombstone", ""))) for item in found)
        if told and (len(items) + len(found) > MOST_LISTED or size > LONGEST_LISTING):
            break
        items += found
        told.append(bucket)
    return {"origin": settings.ORIGIN, "buckets": told, "items": items}


def _with_tombstones() -> QuerySet[Publication, Any]:
    """Without the documents of what is there, which nobody is told here."""
    told = Case(When(tombstone=True, then="document"), default=Value(""), output_field=TextField())
    return Publication.objects.defer("document").annotate(told=told)


def _listed(row: Any, age: float) -> dict[str, Any]:
    item = {"id": row.uri, "version": row.version, "hash": row.content_hash, "age": max(0, int(age))}
    return item | {"tombstone": json.loads(row.told)} if row.tombstone else item
