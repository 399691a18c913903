"""A file a steward has brought to the desk: looked at first, then taken in chunks, wherever the process is killed."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Import(models.Model):
    """The row is the truth: an errand looks at it, does the next chunk and writes how far it came.

    `folder` names the place of its files, by chance and never by what the file was called.
    """

    class State(models.TextChoices):
        CHECKING = "checking", _("Being looked at")
        CHECKED = "checked", _("Looked at, waiting for your word")
        BRINGING = "bringing", _("Being brought")
        DONE = "done", _("Done")
        FAILED = "failed", _("Refused")

    folder = models.CharField(max_length=16, unique=True)
    word = models.CharField(max_length=12)
    name = models.CharField(_("file"), max_length=120)
    mapping = models.CharField(_("mapping"), max_length=120)
    state = models.CharField(max_length=8, choices=State.choices, default=State.CHECKING)
    counts = models.JSONField(default=dict)
    refusals = models.JSONField(default=list, help_text="the first remarks of the report")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    error = models.TextField(max_length=1000, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="imports"
    )
    language = models.CharField(max_length=8, help_text="of its report: that of whoever brought it")
    made_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["checking", "checked", "bringing", "done", "failed"]), name="import_state_known"
            ),
            models.CheckConstraint(
                condition=Q(word__in=["groups", "places", "gatherings", "calls"]), name="import_word_known"
            ),
            models.CheckConstraint(condition=Q(done__lte=models.F("total")), name="import_not_beyond_its_end"),
            models.CheckConstraint(condition=~Q(state="failed") | ~Q(error=""), name="import_failed_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"

    @property
    def list_address(self) -> str:
        """Where what it brings is listed."""
        return {"places": "/places/", "gatherings": "/gatherings/", "calls": "/calls/"}.get(
            self.word, "/atlas/?kind=listing"
        )

    @property
    def remarks(self) -> list[tuple[int, str, str, str, str]]:
        """The first remarks of the report; what became of each row in the reader's language."""
        words = {
            "refused": _("refused"),
            "kept without the value": _("kept without the value"),
            "kept, the value cut": _("kept, the value cut"),
            "kept as ours": _("kept as it was edited here"),
        }
        return [(line, name, value, why, words.get(row, row)) for line, name, value, why, row in self.refusals]

    @property
    def left_out(self) -> int:
        return int(self.counts.get("left out", 0))

    @property
    def vanished(self) -> int:
        return int(self.counts.get("not in the file any more", 0))
