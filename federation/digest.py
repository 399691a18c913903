"""Provably the same view: a count and an order-independent hash of one node's public objects (blueprint 4.5).

Modelled on FEP-8fcf: the hashes of all objects of a bucket are added up, so that order does not matter and one
difference shows.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from django.conf import settings

from federation.documents import BUCKETS
from federation.models import Document, Publication

if TYPE_CHECKING:
    from collections.abc import Iterable

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
        row = hashlib.sha256(f"{uri}\n{version}\n{content_hash}".encode()).digest()
        sums[bucket] = (sums[bucket] + int.from_bytes(row)) % _MODULUS
        counts[bucket] += 1
        living += not tombstone
    return {
        "origin": origin,
        "count": sum(counts),
        "living": living,
        "hash": f"{sum(sums) % _MODULUS:064x}",
        "buckets": [{"count": n, "hash": f"{total:064x}"} for n, total in zip(counts, sums, strict=True)],
    }
