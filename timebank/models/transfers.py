"""Time that one person gave another: said by one of the two, confirmed by the other, booked once."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .banks import Account, Bank

MOST_MINUTES = 2_880  # of one transfer: two days and nights
LONGEST_WORDS, LONGEST_THANKS = 300, 1000  # characters
GIVER, RECEIVER = "giver", "receiver"
SIDES = ((GIVER, _("Gave time")), (RECEIVER, _("Received time")))


class Transfer(models.Model):
    """Who gave time gets the minutes, from who received it.

    With somebody at a bank elsewhere, one of the two accounts is the clearing account with that bank, and `other_uri`
    and `other_name` are theirs as told; both nodes keep a row of it with the same `uri`. A row without accounts only
    remembers that an offer was answered with no.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Waits for a yes")
        CONFIRMED = "confirmed", _("Confirmed")
        DECLINED = "declined", _("Not confirmed")
        WITHDRAWN = "withdrawn", _("Taken back")

    uri = models.CharField(max_length=500, unique=True)
    public_id = models.CharField(max_length=16, unique=True)
    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="transfers")
    giver = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="given")
    receiver = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="received")
    clearing = models.ForeignKey(
        "timebank.Clearing", null=True, blank=True, on_delete=models.PROTECT, related_name="transfers"
    )
    other_uri = models.CharField(max_length=500, blank=True)
    other_name = models.CharField(max_length=120, blank=True)
    minutes = models.PositiveIntegerField()
    words = models.CharField(_("what for"), max_length=LONGEST_WORDS)
    done_on = models.DateField(_("when"))
    proposed_by = models.CharField(max_length=8, choices=SIDES)
    state = models.CharField(max_length=9, choices=State.choices, default=State.PROPOSED)
    thanks = models.TextField(_("thanks"), max_length=LONGEST_THANKS, blank=True)
    offered_in = models.CharField(max_length=500, blank=True, help_text="id of the Offer, between two nodes")
    asked_back_at = models.DateTimeField(null=True, blank=True, help_text="when its proposer asked to take it back")
    made_at = models.DateTimeField(default=timezone.now, db_index=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=MOST_MINUTES), name="transfer_minutes_within_reason"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "confirmed", "declined", "withdrawn"]), name="transfer_state_known"
            ),
            models.CheckConstraint(condition=Q(proposed_by__in=[GIVER, RECEIVER]), name="transfer_proposed_by_a_side"),
            models.CheckConstraint(
                condition=Q(giver__isnull=False, receiver__isnull=False) | Q(state__in=["declined", "withdrawn"]),
                name="transfer_has_two_sides",
            ),
            models.CheckConstraint(
                condition=Q(giver__isnull=True) | Q(receiver__isnull=True) | ~Q(giver=F("receiver")),
                name="transfer_between_two",
            ),
            models.CheckConstraint(
                condition=Q(clearing__isnull=True, other_uri="") | Q(clearing__isnull=False) & ~Q(other_uri=""),
                name="transfer_elsewhere_through_clearing",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", settled_at__isnull=True)
                | Q(state__in=["confirmed", "declined", "withdrawn"], settled_at__isnull=False),
                name="transfer_settled_has_time",
            ),
            models.CheckConstraint(
                condition=Q(thanks="") | Q(state="confirmed"), name="transfer_thanks_when_confirmed"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["giver", "state"]),
            models.Index(fields=["receiver", "state"]),
            models.Index(fields=["clearing", "state"]),
        ]

    def __str__(self) -> str:
        return f"transfer {self.public_id}: {self.state}"

    def get_absolute_url(self) -> str:
        return f"/timebank/transfers/{self.public_id}"

    @property
    def page(self) -> str:
        """Where this node shows it, as a whole address."""
        return f"{settings.ORIGIN}{self.get_absolute_url()}"

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.PROPOSED

    @property
    def is_across(self) -> bool:
        """Whether the other person's account is at a bank elsewhere."""
        return self.clearing_id is not None

    @property
    def was_proposed_here(self) -> bool:
        """Whether it is ours to hold, and theirs to answer, where it is across."""
        return self.uri.startswith(f"{settings.ORIGIN}/")

    @property
    def proposer(self) -> Account | None:
        return self.giver if self.proposed_by == GIVER else self.receiver

    @property
    def asked(self) -> Account | None:
        """Whoever is to say yes or no; the clearing account where they are elsewhere."""
        return self.receiver if self.proposed_by == GIVER else self.giver


class Movement(models.Model):
    """What a confirmed transfer did to one account: `minutes` given (more than 0) or received. Two for each transfer
    in a bank, opposite to each other, and nothing ever changes one."""

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="movements")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="movements")
    minutes = models.IntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["transfer", "account"], name="movement_once"),
            models.CheckConstraint(
                condition=Q(minutes__gte=-MOST_MINUTES, minutes__lte=MOST_MINUTES) & ~Q(minutes=0),
                name="movement_within_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.minutes} of transfer {self.transfer_id}"
