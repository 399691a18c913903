"""Organisations taken from a public register: listed, not members (blueprint 4.15)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from atlas.placed import Placed, Topical
from federation.models import Published


class Listing(Published, Placed, Topical):
    """A document about an organisation, by the node that lists it. No inbox, no keys, no Join."""

    register = models.CharField(_("register"), max_length=60, help_text="identifier scheme, such as GB-CHC")
    register_id = models.CharField(_("number in the register"), max_length=100)
    name = models.CharField(_("name"), max_length=200)
    summary = models.TextField(_("what it does"), max_length=5000, blank=True)
    website = models.URLField(_("website"), max_length=500, blank=True)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    accuracy = models.PositiveIntegerField(_("accuracy of the point, in metres"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300)
    source_url = models.URLField(_("address of the source"), max_length=500, blank=True)
    licence = models.CharField(_("licence"), max_length=300)
    attribution = models.TextField(
        max_length=1000, blank=True, help_text="what the licences ask to be said, word for word"
    )

    class Meta:
        constraints: ClassVar = [
            *Published.Meta.constraints,
            *Placed.Meta.constraints,
            models.UniqueConstraint(
                fields=["register", "register_id"], condition=Q(node__isnull=True), name="listing_once_here"
            ),
            models.CheckConstraint(
                condition=Q(node__isnull=False) | (~Q(register="") & ~Q(register_id="") & ~Q(name="")),
                name="listing_ours_is_named",
            ),
            models.CheckConstraint(condition=~Q(source="") & ~Q(licence=""), name="listing_tells_source_and_licence"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/organisations/{self.public_id}"
