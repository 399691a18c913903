"""Relations between visible things: who is part of what, who answers whom, who funds whom."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Link(models.Model):
    """`from_uri` stands in `relation` to `to_uri`, as the thing at `source_uri` tells.

    A link lives and dies with its source's card. Either end may be a thing this node does not hold.
    """

    from_uri = models.CharField(max_length=500, db_index=True)
    to_uri = models.CharField(max_length=500, db_index=True)
    relation = models.CharField(max_length=32)
    state = models.CharField(max_length=16, blank=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, help_text="ISO 4217")
    source_uri = models.CharField(max_length=500, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source_uri", "from_uri", "to_uri", "relation"], name="link_once"),
            models.CheckConstraint(
                condition=~Q(from_uri="") & ~Q(to_uri="") & ~Q(relation="") & ~Q(source_uri=""),
                name="link_is_whole",
            ),
            models.CheckConstraint(condition=~Q(from_uri=F("to_uri")), name="link_joins_two"),
            models.CheckConstraint(
                condition=Q(amount__isnull=True, currency="") | (Q(amount__isnull=False) & ~Q(currency="")),
                name="link_amount_has_currency",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_uri} {self.relation} {self.to_uri}"
