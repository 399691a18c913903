"""Marks: the words that stand in documents for a topic, a kind or another shared concept, in every language."""

from __future__ import annotations

import re

_other = re.compile(r"[^a-z0-9]+")


def mark_of(scheme: str, slug: str) -> str:
    """`xtopichousing` for the topic housing: no word of any language, and no stem. Empty without a slug."""
    bare = _other.sub("", slug.lower())
    return f"x{_other.sub('', scheme.lower())}{bare}" if bare else ""


def mark_of_iri(iri: str) -> str:
    """`urn:flotilla:topic:housing` as the mark of the topic housing."""
    scheme, _, slug = iri.rpartition(":")
    return mark_of(scheme.rpartition(":")[2], slug)
