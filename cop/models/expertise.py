"""What somebody knows and can pass on: the card of a person or of a group."""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from atlas.placed import Placed, Topical
from federation.models import Published

from .matched import Matched

WAYS = (
    ("explain", _("Explain it in a talk or a call")),
    ("teach", _("Teach it in a course or lab")),
    ("read", _("Read and comment on what you have")),
    ("do", _("Do it for you, or with you")),
    ("accompany", _("Come along to a meeting or visit")),
)
"""The ways in which somebody can help with what they know."""


def validate_ways(value: object) -> None:
    if not isinstance(value, list) or not set(map(str, value)) <= {slug for slug, _words in WAYS}:
        raise ValidationError(_("Choose from the list of ways to help."))


class Expertise(Published, Placed, Topical, Matched):
    """One thing that a person or a group is good at, in their own words. No points, ranks or proofs."""

    class Terms(models.TextChoices):
        ENGAGED = "engaged", _("Engaged, and paid for it")
        PRO_BONO = "pro-bono", _("Pro bono")
        EITHER = "either", _("Paid or pro bono")

    title = models.CharField(_("what you know how to do"), max_length=140)
    summary = models.TextField(_("in your words"), max_length=5000, blank=True)
    experience = models.CharField(_("where you learnt or did it"), max_length=500, blank=True)
    ways = models.JSONField(_("how you can help"), default=list, blank=True, validators=[validate_ways])
    terms = models.CharField(_("on which terms"), max_length=8, choices=Terms.choices, default=Terms.EITHER)
    languages = models.JSONField(_("languages"), default=list, blank=True)
    online = models.BooleanField(_("can be done online"), default=False)

    professional_body = models.CharField(_("professional body"), max_length=200, blank=True)
    conflict = models.CharField(_("possible conflict of interest"), max_length=500, blank=True)
    hours_budget = models.DecimalField(_("hours to give"), max_digits=7, decimal_places=2, null=True, blank=True)
    hours_left = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)

    WORDS = ("summary", "experience", "professional_body", "conflict", "done_with")

    class Meta:
        constraints: ClassVar = [
            *Published.Meta.constraints,
            *Placed.Meta.constraints,
            models.CheckConstraint(condition=~Q(title=""), name="expertise_has_title"),
            models.CheckConstraint(
                condition=Q(terms__in=["engaged", "pro-bono", "either"]), name="expertise_terms_known"
            ),
            models.CheckConstraint(
                condition=Q(hours_left__isnull=True) | Q(hours_left__gte=0, hours_budget__gte=F("hours_left")),
                name="expertise_hours_left_of_budget",
            ),
            # Where somebody works is told in words; a point would be a door.
            models.CheckConstraint(condition=Q(lat__isnull=True, lon__isnull=True), name="expertise_has_no_point"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/expertise/{self.public_id}"

    @property
    def ways_words(self) -> list[str]:
        return [str(words) for slug, words in WAYS if slug in self.ways]
