"""Somebody says that they speak for an organisation that is listed here."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cop.models.groups import Group
from cop.models.listings import Listing
from federation.models import Actor


class Claim(models.Model):
    """What the claimant told the stewards of this node stays between them: it never travels, and no page shows it."""

    class State(models.TextChoices):
        OPEN = "open", _("Waiting for an answer")
        GRANTED = "granted", _("Accepted")
        REFUSED = "refused", _("Not accepted")

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="claims")
    actor = models.ForeignKey(Actor, on_delete=models.CASCADE, related_name="claims")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    name = models.CharField(_("your name"), max_length=120)
    role = models.CharField(_("what you do there"), max_length=200)
    proof = models.TextField(_("how we can check that"), max_length=1000)
    group_name = models.CharField(_("name of the group"), max_length=120)
    reason = models.CharField(_("why not"), max_length=280, blank=True)
    group = models.ForeignKey(Group, null=True, blank=True, on_delete=models.SET_NULL, related_name="claims")
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["listing", "actor"], condition=Q(state="open"), name="claim_one_open_of_a_person"
            ),
            models.UniqueConstraint(fields=["listing"], condition=Q(state="granted"), name="claim_granted_once"),
            models.CheckConstraint(condition=Q(state__in=["open", "granted", "refused"]), name="claim_state_known"),
            models.CheckConstraint(
                condition=Q(state="open", answered_at__isnull=True) | (~Q(state="open") & Q(answered_at__isnull=False)),
                name="claim_answer_has_time",
            ),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(reason=""), name="claim_refused_says_why"),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(role="") & ~Q(proof="") & ~Q(group_name=""), name="claim_is_whole"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "asked_at"], name="claim_by_state")]

    def __str__(self) -> str:
        return f"{self.actor_id} for {self.listing_id}: {self.state}"
