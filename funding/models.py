"""Funding calls, and which closing date of each people here were last told."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, Self
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from atlas.placed import Placed, Topical
from atlas.sourced import Sourced
from federation.models import Published, PublishedQuerySet

MOST_DIGITS = 14  # of an amount, two of them after the point
MOST_HOURS = 10_000  # of work on an application


class Status(models.TextChoices):
    """Where a call stands, by its dates alone. The names are those of CommonGrants 0.4."""

    FORECASTED = "forecasted", _("Not open yet")
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")


class CallQuerySet(PublishedQuerySet):
    def with_status(self, now: dt.datetime | None = None) -> Self:
        """Each call with `status`, as `Call.status_at` gives it."""
        now = now or timezone.now()
        status = Case(
            When(closes_at__lte=now, then=Value(Status.CLOSED.value)),
            When(opens_at__gt=now, then=Value(Status.FORECASTED.value)),
            default=Value(Status.OPEN.value),
        )
        return self.annotate(status=status)


class Call(Published, Placed, Topical, Sourced):
    """Somebody gives money, and says to whom and until when. How things stand follows from the dates.

    Amounts are in `currency` (ISO 4217): what one applicant gets at least and at most, and all there is. A call without
    a closing date takes applications at any time. `time_zone` is an IANA name: whose clock the dates are read on.
    """

    title = models.CharField(_("title"), max_length=200)
    plain_summary = models.TextField(_("what the money is for"), max_length=5000, blank=True)
    giver = models.CharField(_("who gives the money"), max_length=200, blank=True)
    giver_uri = models.CharField(_("their web address"), max_length=500, blank=True)
    who_can_apply = models.TextField(_("who can apply"), max_length=3000, blank=True)
    minimum = models.DecimalField(max_digits=MOST_DIGITS, decimal_places=2, null=True, blank=True)
    maximum = models.DecimalField(max_digits=MOST_DIGITS, decimal_places=2, null=True, blank=True)
    total = models.DecimalField(max_digits=MOST_DIGITS, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    time_zone = models.CharField(max_length=80, default="UTC")
    how_to_apply = models.TextField(_("how to apply"), max_length=3000, blank=True)
    application_url = models.CharField(_("where to apply"), max_length=500, blank=True)
    effort_hours = models.PositiveIntegerField(null=True, blank=True)

    WORDS = ("plain_summary", "who_can_apply", "how_to_apply")

    objects = CallQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            *Published.Meta.constraints,
            *Placed.Meta.constraints,
            *Sourced.Meta.constraints,
            models.CheckConstraint(condition=~Q(title=""), name="call_has_title"),
            models.CheckConstraint(
                condition=Q(node__isnull=False)
                | Q(withdrawn_at__isnull=False)
                | (~Q(giver="") & ~Q(who_can_apply="") & ~Q(plain_summary="")),
                name="call_ours_says_who_for_whom_and_what",
            ),
            models.CheckConstraint(
                condition=(Q(minimum__isnull=True) | Q(minimum__gt=0))
                & (Q(maximum__isnull=True) | Q(maximum__gt=0))
                & (Q(total__isnull=True) | Q(total__gt=0)),
                name="call_amounts_positive",
            ),
            models.CheckConstraint(
                condition=(Q(minimum__isnull=True) | Q(maximum__isnull=True) | Q(minimum__lte=F("maximum")))
                & (Q(maximum__isnull=True) | Q(total__isnull=True) | Q(maximum__lte=F("total")))
                & (Q(minimum__isnull=True) | Q(total__isnull=True) | Q(minimum__lte=F("total"))),
                name="call_amounts_in_order",
            ),
            models.CheckConstraint(
                condition=Q(currency="", minimum__isnull=True, maximum__isnull=True, total__isnull=True)
                | (~Q(currency="") & (Q(minimum__isnull=False) | Q(maximum__isnull=False) | Q(total__isnull=False))),
                name="call_amounts_have_currency",
            ),
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True) | Q(closes_at__isnull=True) | Q(opens_at__lt=F("closes_at")),
                name="call_closes_after_it_opens",
            ),
            models.CheckConstraint(
                condition=Q(effort_hours__isnull=True) | Q(effort_hours__gte=1, effort_hours__lte=MOST_HOURS),
                name="call_effort_in_bounds",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["closes_at"], name="call_closes")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/calls/{self.public_id}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def giver_page(self) -> str:
        """The giver's address where it is one to open."""
        return self.giver_uri if self.giver_uri.startswith(("https://", "http://")) else ""

    def status_at(self, moment: dt.datetime) -> Status:
        if self.closes_at is not None and self.closes_at <= moment:
            return Status.CLOSED
        if self.opens_at is not None and self.opens_at > moment:
            return Status.FORECASTED
        return Status.OPEN

    def next_turn(self, moment: dt.datetime) -> dt.datetime | None:
        """When the status changes next, if it ever does."""
        ahead = [turn for turn in (self.opens_at, self.closes_at) if turn is not None and turn > moment]
        return min(ahead, default=None)


class ToldDeadline(models.Model):
    """The closing date of a call that people here were last told of.

    The journal holds no content, and a call may be another node's: without this nobody could see that it has moved.
    """

    call = models.OneToOneField(Call, on_delete=models.CASCADE, related_name="told_deadline")
    closes_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.call_id} closes {self.closes_at}"
