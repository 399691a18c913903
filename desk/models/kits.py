"""The starter kit that this node suggests to whoever founds a group."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class SuggestedKit(models.Model):
    """One row at most; without it none is suggested. `slug` names a kit, and one that is no longer there is passed
    over."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    slug = models.CharField(max_length=40)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="suggested_kit_is_one_row"),
            models.CheckConstraint(condition=~Q(slug=""), name="suggested_kit_is_named"),
        ]

    def __str__(self) -> str:
        return self.slug
