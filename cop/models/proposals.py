"""Needs and offers: one thing with a direction."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from atlas.placed import Placed, Topical
from federation.models import Published


class Proposal(Published, Placed, Topical):
    """What somebody needs or can give: ValueFlows' Proposal with a `purpose` of request or offer (FEP-0837)."""

    class Direction(models.TextChoices):
        NEED = "need", _("Need")
        OFFER = "offer", _("Offer")

    class Support(models.TextChoices):
        EXPERTISE = "expertise", _("Expertise")
        STUDENT_PROJECT = "student-project", _("Student project")
        VOLUNTEER_TIME = "volunteer-time", _("Volunteer time")
        SPACE = "space", _("Space")
        EQUIPMENT = "equipment", _("Equipment")
        MONEY = "money", _("Money")
        OTHER = "other", _("Something else")

    direction = models.CharField(max_length=5, choices=Direction.choices)
    title = models.CharField(_("in one line"), max_length=140)
    summary = models.TextField(_("the details"), max_length=5000, blank=True)
    support = models.CharField(_("kind of support"), max_length=16, choices=Support.choices, default=Support.OTHER)
    online = models.BooleanField(_("can be done online"), default=False)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    quantity = models.DecimalField(_("how much"), max_digits=12, decimal_places=2, null=True, blank=True)
    unit = models.CharField(_("of what"), max_length=40, blank=True, help_text=_("For example: hours, chairs, GBP."))

    WORDS = ("summary",)

    class Meta:
        constraints: ClassVar = [
            *Published.Meta.constraints,
            *Placed.Meta.constraints,
            models.CheckConstraint(condition=Q(direction__in=["need", "offer"]), name="proposal_direction_known"),
            models.CheckConstraint(condition=~Q(title=""), name="proposal_has_title"),
            models.CheckConstraint(
                condition=Q(quantity__isnull=True) | Q(quantity__gt=0), name="proposal_quantity_positive"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["direction", "-published_at"])]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/{self.direction}s/{self.public_id}"
