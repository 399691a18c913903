"""Words that people of this node would rather not read, each with what to say instead and why."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class CarefulWord(models.Model):
    """Never forbidden: who writes one is told why, and decides."""

    class Language(models.TextChoices):
        ENGLISH = "en", _("English")
        ITALIAN = "it", _("Italian")

    word = models.CharField(_("word or phrase"), max_length=60)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    instead = models.CharField(_("what to say instead"), max_length=120, blank=True)
    why = models.CharField(_("why"), max_length=300)

    class Meta:
        ordering: ClassVar = ["language", "word"]
        constraints: ClassVar = [
            models.UniqueConstraint("language", Lower("word"), name="careful_word_once"),
            models.CheckConstraint(condition=~Q(word="") & ~Q(why=""), name="careful_word_says_why"),
            models.CheckConstraint(condition=Q(language__in=["en", "it"]), name="careful_word_language_known"),
        ]

    def __str__(self) -> str:
        return f"{self.word} ({self.language})"
