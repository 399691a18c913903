"""What a person chose to show."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from atlas.placed import Placed, Topical
from federation.models import Published


class Person(Published, Placed, Topical):
    """A practitioner's page. Nothing of it leaves this row until `is_public`, and then only the fields in `shown`.

    A person has an area in words, never a point.
    """

    class Practice(models.TextChoices):
        ENGAGED = "engaged", _("Engaged, and paid for it")
        PRO_BONO = "pro-bono", _("Pro bono")
        EITHER = "either", _("Paid or pro bono")

    CHOOSABLE = ("summary", "topics", "practice", "languages", "area", "groups")

    name = models.CharField(_("name"), max_length=120, blank=True)
    summary = models.TextField(_("what I can help with"), max_length=5000, blank=True)
    practice = models.CharField(_("how I work"), max_length=8, choices=Practice.choices, blank=True)
    languages = models.JSONField(_("languages"), default=list, blank=True)
    groups = models.JSONField(
        default=list, blank=True, help_text="addresses of public groups they are in; empty unless they show that"
    )
    is_public = models.BooleanField(_("show my page"), default=False)
    was_public = models.BooleanField(default=False, help_text="other nodes have heard of this page")
    shown = models.JSONField(_("what to show"), default=list, blank=True)

    WORDS = ("name", "summary", "practice", "area", "languages", "groups", "topics")

    class Meta:
        constraints: ClassVar = [
            *Published.Meta.constraints,
            models.UniqueConstraint(fields=["actor"], name="person_one_per_actor"),
            models.CheckConstraint(condition=Q(lat__isnull=True, lon__isnull=True), name="person_has_no_point"),
            models.CheckConstraint(
                condition=Q(is_public=False) | Q(node__isnull=False) | ~Q(name=""), name="person_public_has_name"
            ),
            models.CheckConstraint(condition=Q(is_public=False) | Q(was_public=True), name="person_public_was_public"),
        ]

    def __str__(self) -> str:
        return self.name or self.actor.handle

    def get_absolute_url(self) -> str:
        return f"/people/{self.public_id}"

    def seen(self, field: str) -> object:
        """The field's value where its person shows it, else nothing."""
        return getattr(self, field) if not self.is_ours or field in self.shown else type(getattr(self, field))()
