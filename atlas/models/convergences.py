"""Two things on different nodes that lie close together in topic, place and time."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from federation.models import Actor

from .topics import LONGEST_IRI


class Convergence(models.Model):
    """What `atlas.converging` found; suggested to the people of both, never acted upon.

    The two are kept in the order of their addresses, so that a pair is found once. Where somebody who runs one of them
    on this node says that it leads nowhere, the row stays, so that nobody is asked again.
    """

    first_uri = models.CharField(max_length=500)
    second_uri = models.CharField(max_length=500, db_index=True)
    topic_iri = models.CharField(max_length=LONGEST_IRI, help_text="what both are about: of two topics the narrower")
    metres = models.PositiveIntegerField(help_text="between their points")
    days = models.PositiveSmallIntegerField(help_text="between the end of one and the beginning of the other")
    found_at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True, blank=True, help_text="when the people of this node were told")
    dismissed_at = models.DateTimeField(null=True, blank=True)
    dismissed_by = models.ForeignKey(Actor, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first_uri", "second_uri"], name="convergence_once"),
            models.CheckConstraint(condition=Q(first_uri__lt=F("second_uri")), name="convergence_in_order"),
            models.CheckConstraint(condition=~Q(first_uri="") & ~Q(topic_iri=""), name="convergence_is_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.first_uri} and {self.second_uri}"

    @property
    def uris(self) -> tuple[str, str]:
        return self.first_uri, self.second_uri

    def other(self, uri: str) -> str:
        return self.second_uri if uri == self.first_uri else self.first_uri
