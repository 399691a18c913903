"""Where things stand in the drawing of the whole network, worked out beforehand."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Layout(models.Model):
    """When the places were last worked out, and of which links: by their number and the newest of them. One row."""

    THE_ONE = 1

    links = models.PositiveIntegerField()
    newest_link = models.BigIntegerField(help_text="primary key; 0 where there was none")
    laid_out_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="layout_is_one")]

    def __str__(self) -> str:
        return f"{self.links} links at {self.laid_out_at}"


class Position(models.Model):
    """The place of one thing, in units of about the distance of two neighbours. Laid out over everything the node
    holds, whoever may see it: what a reader is told of is chosen by the cards and links they may see, never by this."""

    uri = models.CharField(max_length=500, unique=True)
    x = models.FloatField()
    y = models.FloatField()

    def __str__(self) -> str:
        return f"{self.uri} at {self.x}, {self.y}"
