"""Who borrows what, and when, on whichever node they live."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from federation.models import Actor

from .proposals import Proposal


class Reservation(models.Model):
    """A stretch of time in which somebody borrows what is offered to lend; either may live on another node.

    The node of the offer decides, and that of the borrower keeps its own row in step. Who borrows is for the two sides
    alone; everybody else reads that it is taken. `ends` is the first moment that is no longer meant.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("Asked for")
        GIVEN = "given", _("Reserved")
        DECLINED = "declined", _("Not this time")
        CANCELLED = "cancelled", _("Cancelled")
        OUT = "out", _("Handed over")
        BACK = "back", _("Back again")

    OPEN = (State.ASKED, State.GIVEN, State.OUT)
    HOLDING = (State.GIVEN, State.OUT)
    OVER = (State.DECLINED, State.CANCELLED, State.BACK)

    public_id = models.CharField(max_length=16, unique=True)
    offer = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="reservations")
    actor = models.ForeignKey(Actor, on_delete=models.CASCADE, related_name="reservations")
    state = models.CharField(max_length=9, choices=State.choices, default=State.ASKED)
    reason = models.CharField(max_length=16, blank=True, help_text="why it was declined, as its node says")
    name = models.CharField(_("the name you give the lender"), max_length=120, blank=True)
    message = models.CharField(_("a word to the lender"), max_length=500, blank=True)
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    join_uri = models.CharField(max_length=500, blank=True, help_text="id of the Join, for an answer across nodes")
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    due_told_at = models.DateTimeField(null=True, blank=True)
    overdue_told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="reservation_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "given", "declined", "cancelled", "out", "back"]),
                name="reservation_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state="asked", answered_at__isnull=True)
                | Q(state="cancelled")  # somebody may take back what was never answered
                | Q(state__in=["given", "declined", "out", "back"], answered_at__isnull=False),
                name="reservation_answer_has_time",
            ),
            models.UniqueConstraint(
                fields=["join_uri"], condition=~Q(join_uri=""), name="reservation_once_for_each_join"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["offer", "state"], name="reservation_by_state"),
            models.Index(fields=["actor", "state"], name="reservation_of_person"),
            models.Index(fields=["state", "ends"], name="reservation_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_id} borrows {self.offer_id}: {self.state}"

    def get_absolute_url(self) -> str:
        """Where both sides find it among all that they borrow and lend."""
        return f"/lending/mine#{self.public_id}"

    @property
    def uri(self) -> str:
        """What the journal and notices call it. It names the row of this node; the other side has one of its own."""
        return f"{settings.ORIGIN}/reservations/{self.public_id}"

    @property
    def called(self) -> str:
        """The name for the lender: as given, else as their own node calls them."""
        return self.name or self.actor.name or self.actor.handle

    @property
    def is_open(self) -> bool:
        """Asked for or held, and not past. What is out stays open until it is back, however late."""
        return self.state == self.State.OUT or (self.state in self.OPEN and self.ends > timezone.now())


class ReservedSlot(models.Model):
    """One day or hour in which one of the copies is held: that none is held twice is the database's to say.

    Copies are alike: the numbers count them, hour by hour, and stand for no particular one.
    """

    reservation = models.ForeignKey(Reservation, on_delete=models.CASCADE, related_name="slots")
    offer = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="reserved_slots")
    copy = models.PositiveSmallIntegerField()
    slot = models.DateTimeField(help_text="when the day or hour begins")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["offer", "slot", "copy"], name="slot_held_once"),
            models.UniqueConstraint(fields=["reservation", "slot"], name="slot_once_for_each_reservation"),
            models.CheckConstraint(condition=Q(copy__gte=1, copy__lte=50), name="slot_copy_known"),
        ]

    def __str__(self) -> str:
        return f"copy {self.copy} of {self.offer_id} at {self.slot:%Y-%m-%d %H:%M}"
