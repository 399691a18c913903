"""Needs and offers: one thing with a direction."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from atlas import licences
from atlas.placed import Placed, Topical
from federation.models import Published

from .matched import Matched


class Proposal(Published, Placed, Topical, Matched):
    """What somebody needs or can give: ValueFlows' Proposal with a `purpose` of request or offer (FEP-0837).

    Two have a shape of their own: a brief is a need that a course can work on, with `starts` and `until` as its term;
    an opening is what an authority or institution opens to everybody, by whom and until when.
    """

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

    class Shape(models.TextChoices):
        PLAIN = "", _("As it is")
        BRIEF = "brief", _("Brief for a course")
        OPENING = "opening", _("Opened by an authority or institution")

    class Opens(models.TextChoices):
        NOTHING = "", _("Nothing")
        ROOM = "room", _("A room")
        DATA = "data", _("Data")
        CONTACT = "contact", _("A person to talk to")

    direction = models.CharField(max_length=5, choices=Direction.choices)
    shape = models.CharField(max_length=7, choices=Shape.choices, blank=True, default=Shape.PLAIN)
    title = models.CharField(_("in one line"), max_length=140)
    summary = models.TextField(_("the details"), max_length=5000, blank=True)
    support = models.CharField(_("kind of support"), max_length=16, choices=Support.choices, default=Support.OTHER)
    online = models.BooleanField(_("can be done online"), default=False)
    starts = models.DateTimeField(_("from"), null=True, blank=True)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    quantity = models.DecimalField(_("how much"), max_digits=12, decimal_places=2, null=True, blank=True)
    unit = models.CharField(_("of what"), max_length=40, blank=True, help_text=_("For example: hours, chairs, GBP."))

    module_size = models.CharField(_("size of the module"), max_length=80, blank=True)
    supervisor = models.CharField(_("who supervises"), max_length=140, blank=True)
    output = models.CharField(_("what is to come of it"), max_length=300, blank=True)
    output_licence = models.CharField(_("licence of the results"), max_length=100, blank=True)
    ethics = models.TextField(_("ethics"), max_length=2000, blank=True)
    safeguarding = models.TextField(_("safeguarding"), max_length=2000, blank=True)

    opens = models.CharField(_("what you open"), max_length=7, choices=Opens.choices, blank=True, default=Opens.NOTHING)
    opened_by = models.CharField(_("who opens it"), max_length=140, blank=True)

    WORDS = ("summary", "done_with", "supervisor", "output", "ethics", "safeguarding", "opened_by")
    OF_BRIEFS = ("module_size", "supervisor", "output", "output_licence", "ethics", "safeguarding")
    OF_OPENINGS = ("opens", "opened_by")

    class Meta:
        constraints: ClassVar = [
            *Published.Meta.constraints,
            *Placed.Meta.constraints,
            models.CheckConstraint(condition=Q(direction__in=["need", "offer"]), name="proposal_direction_known"),
            models.CheckConstraint(condition=~Q(title=""), name="proposal_has_title"),
            models.CheckConstraint(
                condition=Q(quantity__isnull=True) | Q(quantity__gt=0), name="proposal_quantity_positive"
            ),
            models.CheckConstraint(
                condition=Q(starts__isnull=True) | Q(until__isnull=True) | Q(until__gte=F("starts")),
                name="proposal_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(shape="", opens="")
                | Q(shape="brief", direction="need", opens="")
                | Q(shape="opening", direction="offer", opens__in=["room", "data", "contact"]),
                name="proposal_shape_fits_direction",
            ),
            models.CheckConstraint(
                condition=Q(shape="brief") | Q(module_size="", supervisor="", output="", ethics="", safeguarding=""),
                name="proposal_only_briefs_are_taught",
            ),
            models.CheckConstraint(
                condition=Q(node__isnull=False) | ~Q(shape="brief") | Q(output_licence__in=list(licences.NAMES)),
                name="proposal_ours_brief_is_open",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["direction", "-published_at"])]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/{self.direction}s/{self.public_id}"

    @property
    def licence_name(self) -> str:
        return licences.name_of(self.output_licence)

    @property
    def licence_address(self) -> str:
        return licences.address_of(self.output_licence)
