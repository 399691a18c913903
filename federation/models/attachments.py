"""Pictures and files that hang on published things, ours and theirs."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from federation.rewriting import SMALL_SIDE

from .actors import Actor
from .nodes import Node

MOST = 6  # of one thing
LONGEST_ALT = 1_500
LONGEST_NAME = 200
LONGEST_URL = 2_000


class Attachment(models.Model):
    """A picture or a file of the thing at `thing_uri`. Of ours, `file` is it; of theirs, it stands at `url`, and `file`
    is our copy of a picture, if there is one.

    Files have random names, never those somebody uploaded. `width` and `height` are in pixels, `size` in bytes.
    """

    class Kind(models.TextChoices):
        PICTURE = "picture", _("Picture")
        FILE = "file", _("File")

    public_id = models.CharField(max_length=16, unique=True)
    thing_uri = models.CharField(max_length=500)
    node = models.ForeignKey(Node, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=7, choices=Kind.choices)
    position = models.PositiveSmallIntegerField()
    alt = models.CharField(max_length=LONGEST_ALT, blank=True, help_text="what a picture shows, in words")
    name = models.CharField(max_length=LONGEST_NAME, blank=True, help_text="caption of a picture, title of a file")
    media_type = models.CharField(max_length=100, blank=True)
    url = models.CharField(max_length=LONGEST_URL, blank=True)
    file = models.FileField(max_length=100, blank=True)
    small = models.FileField(max_length=100, blank=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    size = models.PositiveIntegerField(default=0, help_text="of what is kept here, both sizes together")
    sha256 = models.CharField(max_length=64, blank=True)
    uploaded_by = models.ForeignKey(Actor, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["thing_uri", "position"]
        constraints = [
            models.UniqueConstraint(fields=["thing_uri", "position"], name="attachment_one_at_each_position"),
            models.CheckConstraint(condition=Q(position__lt=MOST), name="attachment_not_too_many"),
            models.CheckConstraint(condition=Q(kind__in=["picture", "file"]), name="attachment_kind_known"),
            models.CheckConstraint(
                condition=Q(node__isnull=False) | Q(kind="file") | ~Q(alt=""), name="attachment_picture_says_what"
            ),
            models.CheckConstraint(
                condition=Q(node__isnull=False) | Q(kind="picture") | ~Q(name=""), name="attachment_file_has_title"
            ),
            models.CheckConstraint(
                condition=Q(node__isnull=False, uploaded_by__isnull=True) & ~Q(url="")
                | Q(node__isnull=True, url="") & ~Q(file="") & ~Q(sha256=""),
                name="attachment_ours_is_here_theirs_there",
            ),
        ]
        indexes = [models.Index(fields=["node", "made_at"], name="attachment_oldest_copies")]

    def __str__(self) -> str:
        return f"{self.kind} {self.position} of {self.thing_uri}"

    @property
    def is_picture(self) -> bool:
        return self.kind == self.Kind.PICTURE

    @property
    def path(self) -> str:
        """Where it is shown on this node; empty where there is no copy."""
        ending = "webp" if self.is_picture else "pdf"
        return f"/media/{self.public_id}.{ending}" if self.file else ""

    @property
    def small_path(self) -> str:
        return f"/media/{self.public_id}-small.webp" if self.small else self.path

    @property
    def small_width(self) -> int:
        """Of the small copy, in pixels; 0 where it would be no smaller."""
        width, longest = self.width or 0, max(self.width or 0, self.height or 0)
        return round(width * SMALL_SIDE / longest) if longest > SMALL_SIDE else 0

    def files(self) -> list[str]:
        """The names its files have in the storage."""
        kept: list[Any] = [self.file, self.small]
        return [each.name for each in kept if each]
