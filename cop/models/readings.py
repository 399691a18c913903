"""What a need or an offer is about, in terms of the situations that people are in and that others help with."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Reading(models.Model):
    """How near the card at `uri` is to each known situation (`cop.matching.situations`), one byte for each in their
    order, and after that its embedding.

    Worked out by `cop.matching.reading`, and any time again; `made_by` says from which words and weights. `side` is
    what it can be in a match: "need" or "offer".
    """

    uri = models.CharField(max_length=500, unique=True)
    side = models.CharField(max_length=5)
    kind = models.CharField(max_length=16)
    language = models.CharField(max_length=16, blank=True)
    is_ours = models.BooleanField(default=False)
    vector = models.BinaryField()
    made_by = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(side__in=["need", "offer"]), name="reading_side_known"),
        ]
        indexes: ClassVar = [models.Index(fields=["side", "is_ours"], name="reading_side_ours")]

    def __str__(self) -> str:
        return f"reading of {self.uri}"
