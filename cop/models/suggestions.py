"""What may meet what, as worked out, and what people said does not."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from federation.models import Actor


class Suggestion(models.Model):
    """For the thing of ours at `for_uri` the one at `other_uri` is suggested: as worked out by `cop.matching`.

    `score` orders what is suggested for it. Why, is said from the cards as they are when it is shown.
    """

    for_uri = models.CharField(max_length=500)
    other_uri = models.CharField(max_length=500, db_index=True)
    score = models.FloatField()
    nearness = models.FloatField(help_text="of what the two say, from 0 to 1")
    found_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["for_uri", "other_uri"], name="suggestion_once"),
            models.CheckConstraint(condition=~Q(for_uri=F("other_uri")), name="suggestion_joins_two"),
        ]
        indexes: ClassVar = [models.Index(fields=["for_uri", "-score"], name="suggestion_best")]

    def __str__(self) -> str:
        return f"{self.other_uri} for {self.for_uri}: {self.score:.2f}"


class Dismissal(models.Model):
    """Who answers for the thing at `for_uri` said that the one at `other_uri` is not for them. It teaches their list,
    and tells the other side nothing."""

    for_uri = models.CharField(max_length=500)
    other_uri = models.CharField(max_length=500)
    by = models.ForeignKey(Actor, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["for_uri", "other_uri"], name="dismissal_once")]

    def __str__(self) -> str:
        return f"{self.other_uri} is not for {self.for_uri}"
