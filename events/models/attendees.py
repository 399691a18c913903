"""Who comes, on whichever node they live."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from federation.models import Actor

from .gatherings import Gathering


class Attendee(models.Model):
    """A person's place at a gathering; either may live on another node. Somebody who left is no row.

    Who these people are is for the organisers alone; everybody else sees a number.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("Has asked to come")
        COMING = "coming", _("Is coming")
        DECLINED = "declined", _("Was not given a place")

    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="attendees")
    actor = models.ForeignKey(Actor, on_delete=models.CASCADE, related_name="attendances")
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    name = models.CharField(_("the name you give the organisers"), max_length=120, blank=True)
    message = models.CharField(_("a word to the organisers"), max_length=500, blank=True)
    brings = models.JSONField(default=dict, blank=True, help_text="how many of what is needed, by its id there")
    join_uri = models.CharField(max_length=500, blank=True, help_text="id of the Join, for an answer across nodes")
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["gathering", "actor"], name="attendee_once"),
            models.CheckConstraint(
                condition=Q(state="asked", answered_at__isnull=True)
                | Q(state__in=["coming", "declined"], answered_at__isnull=False),
                name="attendee_answer_has_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["gathering", "state"], name="attendee_by_state"),
            models.Index(fields=["actor", "state"], name="attendee_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_id} at {self.gathering_id}: {self.state}"

    @property
    def called(self) -> str:
        """The name for the organisers: as given, else as their own node calls them."""
        return self.name or self.actor.name or self.actor.handle

    @property
    def bringing(self) -> list[tuple[int, str]]:
        """How many of what; what is not needed any more is left out."""
        needed = self.gathering.needed if self.brings else []
        return [(self.brings[each["id"]], each["text"]) for each in needed if each["id"] in self.brings]
