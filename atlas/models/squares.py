"""How much there is in each square of the map, counted as it changes."""

from __future__ import annotations

from django.db import models


class Square(models.Model):
    """Cards of one kind, from one node, for one audience, in one square; kept by `atlas.tallies` with every card.

    `level` is a zoom level of the map and `cell` the number of a square of its grid (see `atlas.cells`). Level 0 is not
    of the map: its cell 1 holds all cards with a point, its cell 0 those without. Sums are of degrees and of primary
    keys: a square with one card is that card. An empty square may stay behind.
    """

    level = models.PositiveSmallIntegerField()
    cell = models.BigIntegerField()
    kind = models.CharField(max_length=16)
    holder = models.BigIntegerField(help_text="primary key of the node; 0 for ours")
    audience = models.CharField(max_length=500)
    count = models.BigIntegerField()
    lat_sum = models.FloatField()
    lon_sum = models.FloatField()
    pk_sum = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["level", "audience", "cell", "kind", "holder"], name="square_once"),
        ]

    def __str__(self) -> str:
        return f"{self.count} × {self.kind} in {self.cell} at {self.level}"
