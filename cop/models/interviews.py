"""What somebody told of what they know, before it is anybody's to read."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User

LONGEST_ANSWER = 3000  # characters: about ten minutes of speech in all


class Interview(models.Model):
    """Answers on the way to an expertise card, seen by whoever told them and whoever wrote them down.

    The card is published by the person it is about, and the answers are erased then. Asked of somebody else, it waits
    for their yes; their no erases it.
    """

    QUESTIONS = ("asked_for", "story", "learnt", "advice", "help", "limits")

    public_id = models.CharField(max_length=16, unique=True)
    about = models.ForeignKey(User, on_delete=models.CASCADE, related_name="interviews")
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    language = models.CharField(max_length=8, choices=User.Language.choices)
    asked_for = models.TextField(_("what do people come to you for?"), max_length=LONGEST_ANSWER)
    story = models.TextField(_("tell of one time you did it"), max_length=LONGEST_ANSWER, blank=True)
    learnt = models.TextField(_("how did you learn it?"), max_length=LONGEST_ANSWER, blank=True)
    advice = models.TextField(_("what should others know first?"), max_length=LONGEST_ANSWER, blank=True)
    help = models.TextField(_("how could you help somebody now?"), max_length=LONGEST_ANSWER, blank=True)
    limits = models.TextField(_("what can you not help with?"), max_length=LONGEST_ANSWER, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(asked_for=""), name="interview_says_something"),
            models.CheckConstraint(condition=Q(language__in=["en", "it"]), name="interview_language_known"),
        ]

    def __str__(self) -> str:
        return f"interview {self.public_id}"

    def get_absolute_url(self) -> str:
        return f"/expertise/interviews/{self.public_id}"

    @property
    def is_own(self) -> bool:
        return self.by_id == self.about_id
