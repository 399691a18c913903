"""What cards mean, as vectors."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .cards import Card


class Embedding(models.Model):
    """The vector of a card's words, for the kinds that are compared; it waits for a worker while `vector` is null.

    `digest` is of the words it stands for, `made_by` the name of the embedder: vectors of two are not comparable.
    """

    card = models.OneToOneField(Card, primary_key=True, on_delete=models.CASCADE, related_name="embedding")
    digest = models.CharField(max_length=32)
    vector = models.BinaryField(null=True, help_text="one signed byte for each dimension, see atlas.embedding.vectors")
    made_by = models.CharField(max_length=32, blank=True)

    class Meta:
        indexes = [models.Index(fields=["card"], condition=Q(vector__isnull=True), name="embedding_waits")]
        constraints = [
            models.CheckConstraint(
                condition=Q(vector__isnull=True, made_by="") | (Q(vector__isnull=False) & ~Q(made_by="")),
                name="embedding_made_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return f"meaning of {self.card_id}"
