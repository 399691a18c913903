"""What people want to hear of, and what they were told."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from journal.models import Entry


class Follow(models.Model):
    """`user` wants to hear of new things under `target`: the IRI of a topic, the URI of a group or a person.

    A local row: what neighbour nodes publish arrives anyway, so following asks nobody and tells nobody.
    """

    class Kind(models.TextChoices):
        TOPIC = "topic", _("Topic")
        GROUP = "group", _("Group")
        PERSON = "person", _("Person")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="follows")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    target = models.CharField(max_length=500)
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "target"], name="follow_once"),
            models.CheckConstraint(condition=Q(kind__in=["topic", "group", "person"]), name="follow_kind_known"),
            models.CheckConstraint(condition=~Q(target=""), name="follow_has_target"),
        ]
        indexes = [models.Index(fields=["kind", "target"], name="follow_target")]

    def __str__(self) -> str:
        return f"{self.user_id} follows {self.kind} {self.target}"


class Notice(models.Model):
    """One thing told to one person. What it is about is read when the notice is shown, not kept here.

    An `entry` makes at most one notice of a kind for a person and thing, however often its errand runs.
    Without an entry there is at most one unread notice of that kind, and a second one renews it.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=64)
    uri = models.CharField(max_length=500)
    params = models.JSONField(default=dict, blank=True)
    entry = models.ForeignKey(Entry, null=True, blank=True, on_delete=models.CASCADE, related_name="notices")
    made_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "uri", "entry"], name="notice_once_per_entry"),
            models.UniqueConstraint(
                fields=["user", "kind", "uri"],
                condition=Q(entry__isnull=True, read_at__isnull=True),
                name="notice_one_unread_without_entry",
            ),
            models.CheckConstraint(condition=~Q(kind="") & ~Q(uri=""), name="notice_is_about_something"),
        ]
        indexes = [
            models.Index(fields=["user", "-made_at", "-id"], name="notice_newest"),
            models.Index(fields=["user"], condition=Q(read_at__isnull=True), name="notice_unread"),
            models.Index(fields=["uri"], name="notice_uri"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id} about {self.uri}"
