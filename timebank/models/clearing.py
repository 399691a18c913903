"""What two banks on two nodes have agreed: how much time may be open between them, and what each says it has booked."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from federation.models import Actor

from .banks import LARGEST_LIMIT, Account, Bank


class Clearing(models.Model):
    """Between `bank`, ours, and the one at `peer`, which `actor` speaks for. Each bank says its own half (`cap`,
    `is_said`), with a version that grows; `state` follows from both. `told_…` is their last statement of what they have
    booked between the two, and what they listed of it: `{"uri", "minutes", "state"}`, minutes as they are in their
    books."""

    class State(models.TextChoices):
        ASKED = "asked", _("We have asked them")
        WANTED = "wanted", _("They ask us")
        OPEN = "open", _("Open")
        ENDED = "ended", _("Ended")

    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="clearings")
    peer = models.CharField(max_length=500)
    peer_name = models.CharField(max_length=120, blank=True)
    actor = models.ForeignKey(Actor, on_delete=models.PROTECT, related_name="clearings")
    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="clearing")
    public_id = models.CharField(max_length=16, unique=True)
    state = models.CharField(max_length=6, choices=State.choices)
    cap = models.PositiveIntegerField(default=0, help_text="minutes that we allow")
    their_cap = models.PositiveIntegerField(default=0, help_text="minutes that they allow")
    is_said = models.BooleanField(default=False, help_text="whether our half stands")
    is_said_there = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=0)
    their_version = models.PositiveIntegerField(default=0)
    began_at = models.DateTimeField(default=timezone.now)
    said_at = models.DateTimeField(null=True, blank=True, help_text="when our statement was last said")
    told_at = models.DateTimeField(null=True, blank=True, help_text="when theirs was, by their clock")
    told_count = models.PositiveIntegerField(default=0)
    told_sum = models.IntegerField(default=0, help_text="minutes of our account in their books")
    told_waiting = models.PositiveIntegerField(default=0)
    told_listed = models.JSONField(default=list, blank=True)
    differs_since = models.DateTimeField(null=True, blank=True, help_text="when a difference was found that stays")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bank", "peer"], name="clearing_one_per_bank"),
            models.CheckConstraint(condition=~Q(peer=""), name="clearing_is_with_a_bank"),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "wanted", "open", "ended"]), name="clearing_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="open") | Q(is_said=True, is_said_there=True),
                name="clearing_open_once_both_have_said",
            ),
            models.CheckConstraint(
                condition=Q(cap__lte=LARGEST_LIMIT, their_cap__lte=LARGEST_LIMIT), name="clearing_caps_within_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"clearing {self.public_id}: {self.state}"

    def get_absolute_url(self) -> str:
        return f"/timebank/clearing/{self.public_id}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def common_cap(self) -> int:
        """The smaller of both, in minutes; 0 where it is not open."""
        return min(self.cap, self.their_cap) if self.is_open else 0
