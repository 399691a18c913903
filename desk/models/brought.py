"""What a register last said of a thing listed here, so that what was edited here since can be told from it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Brought(models.Model):
    """One row a listed thing; `values` are its columns as the register last had them, in plain JSON."""

    uri = models.CharField(max_length=500, unique=True)
    register = models.CharField(max_length=60)
    register_id = models.CharField(max_length=200)
    values = models.JSONField(default=dict)
    brought_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(register="") & ~Q(register_id=""), name="brought_is_numbered")
        ]

    def __str__(self) -> str:
        return f"{self.register}-{self.register_id}"
