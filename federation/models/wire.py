"""What came in, what goes out, and what we hold of others, as bytes and counters."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from journal.models import PATIENT_ATTEMPTS, Claimable

from .actors import Actor
from .nodes import Node


class Receipt(Claimable):
    """An activity somebody posted to us: signed, checked, stored unchanged, then worked on. Kept for 14 days."""

    activity_uri = models.CharField(max_length=500, unique=True)
    actor = models.ForeignKey(Actor, on_delete=models.CASCADE, related_name="receipts")
    type = models.CharField(max_length=64)
    object_uri = models.CharField(max_length=500, blank=True, db_index=True)
    body = models.BinaryField()
    received_at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=300, blank=True, help_text="in a few words, for the desk")

    def __str__(self) -> str:
        return f"{self.type} {self.activity_uri}"

    @property
    def patience(self) -> int:
        """Who is to say where an answer goes, or whose words somebody passed on, may be away over the holidays."""
        return PATIENT_ATTEMPTS


class SeenSignature(models.Model):
    """A signed message that was kept, by what nobody but its sender could write: sent again as it was, it is a replay.

    It goes once the signature itself is too old to be believed.
    """

    fingerprint = models.CharField(max_length=64, unique=True, help_text="SHA-256 over key id and signature")
    forget_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.fingerprint


class Document(models.Model):
    """The last JSON of an object that is not ours, known kind or not, so that a new column can be refilled.

    What strangers sent and nothing here was made of goes after 14 days (`federation.housekeeping`).
    """

    class State(models.TextChoices):
        READ = "read"
        IGNORED = "ignored"
        REFUSED = "refused"

    UNREAD = (State.IGNORED, State.REFUSED)

    uri = models.CharField(max_length=500, unique=True)
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=32, blank=True)
    type = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=8, choices=State.choices)
    reason = models.CharField(max_length=300, blank=True)
    answers = models.CharField(
        max_length=500, blank=True, db_index=True, help_text="what it waits for, to be read once that is here"
    )
    raw = models.TextField(blank=True, help_text="empty for a tombstone")
    version = models.PositiveIntegerField(default=0)
    content_hash = models.CharField(max_length=64, blank=True)
    bucket = models.PositiveSmallIntegerField(default=0)
    public = models.BooleanField(default=False)
    counted = models.BooleanField(default=False, help_text="part of the shared view, so of the digest")
    tombstone = models.BooleanField(default=False)
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(tombstone=False) | Q(raw=""), name="document_tombstone_is_empty"),
        ]
        indexes = [
            models.Index(fields=["node", "counted", "bucket"]),
            models.Index(
                fields=["received_at"], condition=Q(state__in=["ignored", "refused"]), name="document_oldest_unread"
            ),
        ]

    def __str__(self) -> str:
        return self.uri


class PublicationCounter(models.Model):
    """The last position given out: one row, locked while positions are given."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    last = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="publication_counter_is_one_row")]

    def __str__(self) -> str:
        return str(self.last)


class Publication(models.Model):
    """One row per public object of ours, as last published; `position` is the cursor others page by.

    A position is given when the object is published or changed, by one claimer at a time that holds the counter's row
    to the end of its transaction, so nobody ever sees a higher position before a lower one.
    """

    uri = models.CharField(max_length=500, unique=True)
    kind = models.CharField(max_length=32)
    position = models.PositiveBigIntegerField(unique=True)
    version = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    bucket = models.PositiveSmallIntegerField()
    public = models.BooleanField()
    tombstone = models.BooleanField(default=False)
    document = models.TextField(help_text="the object's JSON as sent")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["public", "bucket"]), models.Index(fields=["public", "position"])]

    def __str__(self) -> str:
        return f"{self.position} {self.uri}"


class Activity(models.Model):
    """One activity of ours, its bytes frozen once; its id is used for this occurrence and never again."""

    uri = models.CharField(max_length=500, unique=True)
    actor = models.ForeignKey(Actor, on_delete=models.CASCADE, related_name="activities")
    type = models.CharField(max_length=32)
    object_uri = models.CharField(max_length=500, blank=True, db_index=True)
    public = models.BooleanField(default=False, help_text="listed in the actor's outbox")
    farewell = models.BooleanField(
        default=False, help_text="tells of an end, or takes that back: not erased with the words"
    )
    body = models.TextField()
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["actor", "public", "id"])]

    def __str__(self) -> str:
        return f"{self.type} {self.uri}"


class Delivery(Claimable):
    """One activity for one inbox, tried until taken, refused for good, or seven days old."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="deliveries")
    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="deliveries")
    inbox = models.CharField(max_length=500)
    object_uri = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    patient_since = models.DateTimeField(
        default=timezone.now, help_text="seven days from then it is given up; a pause of theirs does not count"
    )
    answer = models.CharField(max_length=300, blank=True, help_text="what their server last said; empty: nothing")
    delivered_at = models.DateTimeField(null=True, blank=True)
    unreached = models.BooleanField(
        default=False, help_text="where it is dead: it was given up, not refused; sent once they are back"
    )

    class Meta(Claimable.Meta):
        constraints = [
            *Claimable.Meta.constraints,
            models.UniqueConstraint(fields=["activity", "inbox"], name="delivery_once_per_inbox"),
        ]
        indexes = [
            *Claimable.Meta.indexes,
            models.Index(fields=["inbox", "object_uri"], name="delivery_same_thing"),
            models.Index(fields=["node", "due_at"], condition=Q(state="ready"), name="delivery_waits_for_node"),
        ]

    def __str__(self) -> str:
        return f"{self.activity_id} to {self.inbox}"

    @classmethod
    def not_held_back(cls) -> models.QuerySet[Delivery]:
        """Without those that wait on purpose, so are not late: for a node that is paused, blocked or at rest."""
        resting = Q(node__rest_until__gt=timezone.now())
        return cls._default_manager.exclude(
            resting | Q(node__peering=Node.Peering.PAUSED) | Q(node__blocked_at__isnull=False)
        )


class Seen(models.Model):
    """Somebody who can answer has opened what this activity brought: over there if it is ours, here if it is theirs.

    Nobody's name is kept or told. The row is written with the `Read` that says so, or when that came in: once.
    """

    activity_uri = models.CharField(max_length=500, unique=True)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.activity_uri
