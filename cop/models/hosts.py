"""Who welcomes newcomers on this node: a person whom a steward asked and who said yes, in their own words."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User

LONGEST_WELCOME = 600  # characters


class Host(models.Model):
    """A person of this node who was asked to welcome newcomers. Nobody sees anything of it before their yes.

    Who said no, or has stopped, stays without words, so that stewards do not ask again at once.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("asked")
        WELCOMING = "welcoming", _("welcomes newcomers")
        DECLINED = "declined", _("said no, or has stopped")

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="host")
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    to_visitors = models.BooleanField(default=False, help_text="also people without an account read their name")
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="asked", answered_at__isnull=True)
                | Q(state__in=["welcoming", "declined"], answered_at__isnull=False),
                name="host_has_answered_or_is_asked",
            ),
            models.CheckConstraint(
                condition=Q(to_visitors=False) | Q(state="welcoming"), name="host_is_shown_only_after_a_yes"
            ),
        ]

    def __str__(self) -> str:
        return f"host {self.pk}"


class Welcome(models.Model):
    """What a host says to newcomers who read a language, in Markdown."""

    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="welcomes")
    language = models.CharField(max_length=8, choices=User.Language.choices)
    text = models.CharField(max_length=LONGEST_WELCOME)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["host", "language"], name="welcome_one_per_language"),
            models.CheckConstraint(condition=Q(language__in=["en", "it"]), name="welcome_language_known"),
            models.CheckConstraint(condition=~Q(text=""), name="welcome_says_something"),
        ]

    def __str__(self) -> str:
        return f"welcome of {self.host_id} in {self.language}"


class Arrival(models.Model):
    """Somebody new was welcomed, once. `host` is whose words they were sent; nobody learns from it who they are."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="arrival")
    host = models.ForeignKey(Host, null=True, blank=True, on_delete=models.SET_NULL, related_name="arrivals")
    at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"arrival of user {self.user_id}"
