"""Organisations taken from a public register: listed, not members (blueprint 4.15)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from atlas.placed import Placed, Topical
from atlas.sourced import Sourced
from federation.models import Published


class Listing(Published, Placed, Topical, Sourced):
    """A document about an organisation, by the node that lists it. No inbox, no keys, no Join."""

    name = models.CharField(_("name"), max_length=200)
    summary = models.TextField(_("what it does"), max_length=5000, blank=True)
    website = models.URLField(_("website"), max_length=500, blank=True)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    accuracy = models.PositiveIntegerField(_("accuracy of the point, in metres"), null=True, blank=True)

    WORDS = ("summary",)

    class Meta:
        constraints: ClassVar = [
            *Published.Meta.constraints,
            *Placed.Meta.constraints,
            *Sourced.Meta.constraints,
            models.CheckConstraint(condition=~Q(register="") & ~Q(name=""), name="listing_is_named"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/organisations/{self.public_id}"
