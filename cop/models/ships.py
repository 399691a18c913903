"""Ships: what a group says of itself when it sails with a flotilla."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from federation.models import Published

MOST_SHIPS = 60  # that one flotilla names, so that each fits into its mandate; those that have left make room


class Ship(Published):
    """A group (`actor`) sails with the flotilla at `about_uri`: its own statement, that it alone writes and takes back.

    It is aboard once the flotilla names it among its `ships` too: two acts, and neither writes the other's.
    """

    about_uri = models.CharField(max_length=500, db_index=True)
    brings = models.TextField(_("what you bring"), max_length=2000, blank=True)
    needs = models.TextField(_("what you need"), max_length=2000, blank=True)
    harvest = models.TextField(_("what you take home"), max_length=2000, blank=True)
    aboard_since = models.DateTimeField(
        null=True, blank=True, help_text="when this node first knew that both had said so"
    )
    turned_away_at = models.DateTimeField(
        null=True, blank=True, help_text="ours: when the flotilla answered that it does not take us aboard now"
    )

    WORDS = ("brings", "needs", "harvest")

    class Meta:
        constraints: ClassVar = [
            *Published.Meta.constraints,
            models.UniqueConstraint(
                fields=["about_uri", "actor"], condition=Q(withdrawn_at__isnull=True), name="ship_once"
            ),
            models.CheckConstraint(condition=~Q(about_uri="") & ~Q(about_uri=F("uri")), name="ship_is_of_a_flotilla"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_id} with {self.about_uri}"

    def get_absolute_url(self) -> str:
        return f"/ships/{self.public_id}"
