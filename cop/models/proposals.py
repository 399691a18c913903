"""Needs and offers: one thing with a direction."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from atlas import licences
from atlas.placed import Placed, Topical
from federation.models import Published

from .matched import Matched


class Proposal(Published, Placed, Topical, Matched):
    """What somebody needs or can give: ValueFlows' Proposal with a `purpose` of request or offer (FEP-0837).

    Three have a shape of their own: a brief is a need that a course can work on, with `starts` and `until` as its term;
    an opening is what an authority or institution opens to everybody, by whom and until when; what is to lend is a
    thing or a room that comes back, by whole days or hours of its own `time_zone`.
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
        LENDING = "lending", _("To lend")

    class Opens(models.TextChoices):
        NOTHING = "", _("Nothing")
        ROOM = "room", _("A room")
        DATA = "data", _("Data")
        CONTACT = "contact", _("A person to talk to")

    class LentBy(models.TextChoices):
        NOTHING = "", _("Not lent")
        DAY = "day", _("By whole days")
        HOUR = "hour", _("By the hour")

    class LendsTo(models.TextChoices):
        NOBODY = "", _("Not lent")
        ASK = "ask", _("Whoever asks, once you have said yes")
        ANYONE = "anyone", _("Whoever reserves first")

    MOST_UNITS = 60  # days or hours at a time
    MOST_COPIES = 50
    USUAL_UNITS: ClassVar = {LentBy.DAY: 14, LentBy.HOUR: 8}  # where nobody says how long

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

    lent_by = models.CharField(_("lent by"), max_length=4, choices=LentBy.choices, blank=True, default=LentBy.NOTHING)
    longest = models.PositiveSmallIntegerField(
        _("for how long at most"), null=True, blank=True, help_text="days or hours, as `lent_by` says"
    )
    how_many = models.PositiveSmallIntegerField(_("how many there are"), null=True, blank=True)
    lends_to = models.CharField(
        _("who may have it"), max_length=6, choices=LendsTo.choices, blank=True, default=LendsTo.NOBODY
    )
    terms = models.TextField(_("what to mind"), max_length=1000, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, help_text="IANA name")
    taken = models.JSONField(
        default=list,
        blank=True,
        help_text="stretches in which none is left, as its node last said: pairs of instants",
    )

    WORDS = ("summary", "done_with", "supervisor", "output", "ethics", "safeguarding", "opened_by", "terms", "taken")
    OF_BRIEFS = ("module_size", "supervisor", "output", "output_licence", "ethics", "safeguarding")
    OF_OPENINGS = ("opens", "opened_by")
    OF_LENDING = ("lent_by", "longest", "how_many", "lends_to", "terms", "time_zone")

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
                | Q(shape="opening", direction="offer", opens__in=["room", "data", "contact"])
                | Q(shape="lending", direction="offer", opens="", support__in=["space", "equipment"]),
                name="proposal_shape_fits_direction",
            ),
            models.CheckConstraint(
                # A NULL makes a comparison unknown, and a check passes what is unknown: so each is asked for.
                condition=Q(
                    Q(shape="lending", lent_by__in=["day", "hour"], lends_to__in=["ask", "anyone"]),
                    Q(longest__isnull=False, longest__gte=1, longest__lte=60),
                    Q(how_many__isnull=False, how_many__gte=1, how_many__lte=50),
                    ~Q(time_zone=""),
                )
                | Q(
                    ~Q(shape="lending"),
                    Q(lent_by="", lends_to="", terms="", time_zone="", longest__isnull=True, how_many__isnull=True),
                ),
                name="proposal_only_lending_is_lent",
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
    def is_lent(self) -> bool:
        return self.shape == self.Shape.LENDING

    @property
    def longest_words(self) -> str:
        """“14 days” or “8 hours”."""
        number = self.longest or 0
        if self.lent_by == self.LentBy.HOUR:
            return ngettext("%(number)s hour", "%(number)s hours", number) % {"number": number}
        return ngettext("%(number)s day", "%(number)s days", number) % {"number": number}

    @property
    def zone(self) -> dt.tzinfo:
        """Where its days begin; UTC where nobody said."""
        try:
            return ZoneInfo(self.time_zone) if self.time_zone else dt.UTC
        except (ZoneInfoNotFoundError, ValueError):
            return dt.UTC

    @property
    def licence_name(self) -> str:
        return licences.name_of(self.output_licence)

    @property
    def licence_address(self) -> str:
        return licences.address_of(self.output_licence)
