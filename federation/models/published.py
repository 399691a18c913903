"""The base of every published row, and who may see which audience."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from federation import audiences, restrictions

from .actors import Actor
from .nodes import Node


class AudienceKey(models.Model):
    """`actor` may read what is addressed to `audience`. Written by joining, removed by leaving."""

    actor = models.ForeignKey(Actor, on_delete=models.CASCADE, related_name="audience_keys")
    audience = models.CharField(max_length=500)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "audience"], name="audience_key_once")]
        indexes = [models.Index(fields=["audience"])]

    def __str__(self) -> str:
        return f"{self.actor_id} reads {self.audience}"


class PublishedQuerySet(models.QuerySet[Any]):
    def visible_to(self, reader: Actor | None) -> Self:
        """What `reader` may see: every list and every page starts here. None is somebody not signed in."""
        readable = self.filter(withdrawn_at__isnull=True, audience__in=audiences.readable_by(reader))
        shown = readable.filter(restrictions.shown_to(reader)).exclude(node__blocked_at__isnull=False)
        # Those who see what is kept from others are told so, by their page, which need not ask again.
        return shown.annotate(is_kept=restrictions.kept_from_others()) if reader else shown

    def unasked(self) -> Self:
        """Without what comes from nodes that are heard and not shown unasked."""
        return self.exclude(node__in=Node.objects.filter(Node.NOT_UNASKED))

    def ours(self) -> Self:
        return self.filter(node__isnull=True)


class Published(models.Model):
    """A thing with a page, an audience and a life on the network; ours when `node` is null.

    `version` starts at 1 and is raised by every action that changes what others see; it travels, and an older one
    never replaces a newer one. `actor` is who speaks (for a group or a person, itself); `author` is the human on
    record, who never travels.
    """

    uri = models.CharField(max_length=500, unique=True)
    public_id = models.CharField(max_length=16, unique=True)
    node = models.ForeignKey(Node, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    actor = models.ForeignKey(Actor, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(Actor, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    audience = models.CharField(max_length=500, default=audiences.PUBLIC, db_index=True)
    language = models.CharField(max_length=16, blank=True)
    version = models.PositiveIntegerField(default=1)
    published_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    #: Columns that are emptied when it is withdrawn, ours or theirs. What it is called stays, for those told of it.
    WORDS: ClassVar[tuple[str, ...]] = ()

    objects = PublishedQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(condition=Q(version__gte=1), name="%(class)s_version_from_one"),
            models.CheckConstraint(
                condition=Q(node__isnull=True) | Q(author__isnull=True), name="%(class)s_theirs_has_no_author_here"
            ),
        ]

    def __str__(self) -> str:
        return self.uri

    @property
    def is_ours(self) -> bool:
        return self.node_id is None

    def without_words(self) -> dict[str, Any]:
        """What its columns of words hold once it is withdrawn."""
        return {name: self._meta.get_field(name).get_default() for name in self.WORDS}  # type: ignore[union-attr]


class Endorsement(models.Model):
    """Somebody elsewhere likes a thing of ours, or passed it on. Counted, never ranked; nobody is shown who it was."""

    class Kind(models.TextChoices):
        LIKE = "Like"
        ANNOUNCE = "Announce"

    uri = models.CharField(max_length=500, help_text="the thing")
    actor = models.ForeignKey(Actor, on_delete=models.CASCADE, related_name="endorsements")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    activity_uri = models.CharField(max_length=500, db_index=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["uri", "kind", "actor"], name="endorsement_once"),
            models.CheckConstraint(condition=Q(kind__in=["Like", "Announce"]), name="endorsement_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.uri}"


class Submission(models.Model):
    """A form that has published its thing: `key` names form and contents, `uri` what came of them.

    A browser whose connection broke off sends the same form again, and so does a second click: the row is written with
    the thing it gave, so that the second finds it (`publishing.given_before`).
    """

    author = models.ForeignKey(Actor, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)
    uri = models.CharField(max_length=500)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["author", "key"], name="submission_once")]

    def __str__(self) -> str:
        return f"{self.author_id} published {self.uri}"
