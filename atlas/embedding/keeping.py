"""Keeping the vectors of cards in step with their words: a card is marked in its own transaction, and a worker makes
the vector soon after, outside any.

An app hands down the kinds that are compared: `embedding.keeping.compare("need", "offer")` in AppConfig.ready().
"""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING

from django.db import transaction

from atlas.embedding import vectors
from atlas.embedding.embedder import embedder, embedder_name
from atlas.models import Card, Embedding
from journal import lane, record

if TYPE_CHECKING:
    from collections.abc import Sequence

log = logging.getLogger(__name__)

EMBEDDED = "card.embedded"
AT_ONCE = 32  # cards: about 0.2 s of one core, and then one short transaction
LONGEST_SAID = 1200  # characters of a card's words that count

_kinds: set[str] = set()


def compare(*kinds: str) -> None:
    """The cards of these kinds get vectors."""
    _kinds.update(kinds)


def words_of(title: str, text: str) -> str:
    """What of a card is embedded."""
    return f"{title}. {text[:LONGEST_SAID]}".strip()


def mark(card: Card, text: str) -> None:
    """Ask for the vector of `card`, whose words may have changed, in the transaction that writes it. Two queries."""
    if card.kind not in _kinds:
        return
    digest = _digest(words_of(card.title, text))
    rows = Embedding.objects.filter(card=card)
    held = rows.values_list("digest", flat=True).first()
    if held is None:
        Embedding.objects.create(card=card, digest=digest)
    elif held != digest:
        rows.update(digest=digest, vector=None, made_by="")


def mark_those_of_others() -> None:
    """After the node has changed its embedder all vectors are made anew, and those of kinds that came late are made."""
    Embedding.objects.exclude(made_by__in=["", embedder_name()]).update(vector=None, made_by="")


@lane("embeddings", batch=AT_ONCE)
def embed_some(limit: int) -> int:
    """Make the vectors that wait, newest cards first, and tell the journal; returns how many. Two workers that make the
    same one write the same bytes."""
    waiting = Embedding.objects.filter(vector__isnull=True, card__document__isnull=False)
    found = list(waiting.select_related("card__document").order_by("-card")[:limit])
    if not found:
        return 0
    made = _made([words_of(row.card.title, row.card.document.text) for row in found])
    with transaction.atomic():
        # Somebody may have written other words meanwhile: then it still waits.
        for row, vector in zip(found, made, strict=True):
            same = Embedding.objects.filter(pk=row.pk, digest=row.digest, vector__isnull=True)
            if same.update(vector=vector, made_by=embedder_name()):
                record(EMBEDDED, row.card.uri)
    return len(found)


def _made(texts: Sequence[str]) -> list[bytes]:
    """One that cannot be embedded is like nothing, and does not stop the others."""
    try:
        return [vectors.packed(vector) for vector in embedder().encode(texts)]
    except (ValueError, IndexError, ArithmeticError):
        if len(texts) == 1:
            log.exception("words of %s characters could not be embedded", len(texts[0]))
            return [bytes(embedder().dimensions)]
        return [each for text in texts for each in _made([text])]


def _digest(said: str) -> str:
    return hashlib.sha256(said.encode()).hexdigest()[:32]
