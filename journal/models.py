"""Entries say what happened, errands what remains to be done about it."""

from __future__ import annotations

import datetime as dt
import random
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

FIRST_RETRY = dt.timedelta(seconds=2)
LONGEST_RETRY = dt.timedelta(hours=6)
PATIENT_ATTEMPTS = 48


class Entry(models.Model):
    """Something happened to the thing named by `uri`. Holds no content: readers look at the current row."""

    class Origin(models.TextChoices):
        HERE = "here"
        PEER = "peer"

    name = models.CharField(max_length=64)
    uri = models.CharField(max_length=2048)
    actor = models.CharField(max_length=2048, blank=True, default="")
    origin = models.CharField(max_length=4, choices=Origin.choices, default=Origin.HERE)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["uri", "id"], name="entry_uri"),
            models.Index(fields=["name", "id"], name="entry_name"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(origin__in=["here", "peer"]), name="entry_origin_known"),
            models.CheckConstraint(condition=~Q(uri=""), name="entry_has_uri"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.uri}"


class Claimable(models.Model):
    """A row of work that exactly one worker holds at a time, under a lease that lapses if the worker dies.

    A subclass that adds to Meta inherits it: `class Meta(Claimable.Meta)`, and repeats
    `[*Claimable.Meta.indexes, ...]` for the lists it extends.
    """

    class State(models.TextChoices):
        READY = "ready"
        DONE = "done"
        DEAD = "dead"

    #: Failures after which the row is dead: kept with its error until somebody calls `retry`.
    max_attempts: ClassVar[int] = 12

    state = models.CharField(max_length=5, choices=State.choices, default=State.READY)
    due_at = models.DateTimeField(default=timezone.now)
    lease_owner = models.CharField(max_length=96, blank=True, default="")
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True, default="")
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state="ready"), name="%(class)s_due"),
            models.Index(fields=["id"], condition=Q(state="dead"), name="%(class)s_dead"),
            models.Index(fields=["settled_at"], condition=Q(state="done"), name="%(class)s_settled"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["ready", "done", "dead"]), name="%(class)s_state_known"),
        ]

    @property
    def patience(self) -> int:
        """After how many failures this row is dead."""
        return self.max_attempts

    def retry_delay(self) -> dt.timedelta:
        """How long to wait after failure number `attempts`: doubling, with half as much jitter either way."""
        wait = min(LONGEST_RETRY, FIRST_RETRY * 2.0 ** min(self.attempts, 24))
        return wait * random.uniform(0.5, 1.5)


class Errand(Claimable):
    """One piece of work of a registered kind, due at a time."""

    kind = models.CharField(max_length=64)
    entry = models.ForeignKey(Entry, null=True, blank=True, on_delete=models.CASCADE, related_name="errands")
    payload = models.JSONField(default=dict, blank=True)
    key = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001  null: "no key" is not unique

    class Meta(Claimable.Meta):
        constraints = [
            *Claimable.Meta.constraints,
            # Errands under way do not count: they may have read the rows before the caller's change.
            models.UniqueConstraint(
                fields=["kind", "key"],
                condition=Q(state="ready", lease_owner="", key__isnull=False),
                name="errand_key_unique_among_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"errand {self.pk} {self.kind}"

    @property
    def patience(self) -> int:
        """Whoever is asked for something outside may be away over the holidays: about nine days, rather than hours."""
        from journal import registry  # it is filled by apps that need the models

        return PATIENT_ATTEMPTS if registry.reaches_outside(self.kind) else self.max_attempts


class Heartbeat(models.Model):
    """A worker process was alive at this time."""

    worker = models.CharField(max_length=96, unique=True)
    started_at = models.DateTimeField(default=timezone.now)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.worker} at {self.at:%Y-%m-%d %H:%M:%S}"
