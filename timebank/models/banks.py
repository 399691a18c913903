"""A group's time bank, and the accounts in it. All time is kept in whole minutes."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from federation import audiences
from federation.models import Actor, Published

USUAL_LIMIT = 1_200  # minutes: 20 hours
SMALLEST_LIMIT, LARGEST_LIMIT = 60, 60_000  # minutes


class Bank(Published):
    """The time bank of the group that `actor` is. What people have given and received in it is nobody else's."""

    name = models.CharField(_("name"), max_length=120)
    summary = models.TextField(_("how it works here"), max_length=5000, blank=True)
    limit = models.PositiveIntegerField(default=USUAL_LIMIT, help_text="minutes that a new account may be away from 0")

    WORDS = ("summary",)

    class Meta:
        constraints: ClassVar = [
            *Published.Meta.constraints,
            # Of theirs the newer one can arrive before the older one's end.
            models.UniqueConstraint(
                fields=["actor"],
                condition=Q(node__isnull=True, withdrawn_at__isnull=True),
                name="bank_ours_one_live_per_group",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="bank_has_name"),
            models.CheckConstraint(
                condition=Q(limit__gte=SMALLEST_LIMIT, limit__lte=LARGEST_LIMIT), name="bank_limit_within_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/timebanks/{self.public_id}"

    @property
    def is_for_everyone(self) -> bool:
        """Whether other nodes know of it: others are named to no bank elsewhere."""
        return self.audience == audiences.PUBLIC


class Account(models.Model):
    """A member's, or that of another bank, at `peer`: then what our people gave theirs stands in it.

    `balance` is the sum of its movements: more than 0 has given more than it received. `held_in` and `held_out` are
    minutes that may yet be added or taken, once another node says yes: whatever of them comes, and in whichever order,
    the balance stays within `limit`. An account without `actor` and `peer` was somebody's who is not here any more.
    """

    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="accounts")
    actor = models.ForeignKey(
        Actor, null=True, blank=True, on_delete=models.SET_NULL, related_name="time_accounts", help_text="whose it is"
    )
    peer = models.CharField(max_length=500, blank=True, help_text="address of a bank elsewhere")
    public_id = models.CharField(max_length=16, unique=True)
    name = models.CharField(_("your name in the bank"), max_length=120, blank=True)
    balance = models.IntegerField(default=0)
    held_in = models.PositiveIntegerField(default=0)
    held_out = models.PositiveIntegerField(default=0)
    limit = models.PositiveIntegerField()
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["bank", "actor"], condition=Q(closed_at__isnull=True), name="account_one_per_person"
            ),
            models.UniqueConstraint(fields=["bank", "peer"], condition=~Q(peer=""), name="account_one_per_bank"),
            models.CheckConstraint(condition=Q(actor__isnull=True) | Q(peer=""), name="account_of_one"),
            models.CheckConstraint(
                condition=Q(balance__lte=F("limit") - F("held_in")), name="account_not_more_than_limit"
            ),
            models.CheckConstraint(
                condition=Q(balance__gte=F("held_out") - F("limit")), name="account_not_less_than_limit"
            ),
            models.CheckConstraint(condition=Q(limit__lte=LARGEST_LIMIT), name="account_limit_within_reason"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(balance=0, held_in=0, held_out=0), name="account_closed_at_zero"
            ),
        ]

    def __str__(self) -> str:
        return f"account {self.public_id}"

    def get_absolute_url(self) -> str:
        return f"/timebank/accounts/{self.public_id}"

    @property
    def uri(self) -> str:
        """What people of other banks are told to write to."""
        return f"{settings.ORIGIN}{self.get_absolute_url()}"

    @property
    def is_clearing(self) -> bool:
        return bool(self.peer)

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def used(self) -> int:
        """How far from 0 it is, or can yet come, in minutes."""
        return max(self.balance + self.held_in, self.held_out - self.balance, 0)

    @property
    def minutes_given(self) -> int:
        return max(self.balance, 0)

    @property
    def minutes_received(self) -> int:
        return max(-self.balance, 0)
