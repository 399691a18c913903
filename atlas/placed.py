"""What most kinds share: where a thing is, and what it is about."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

MAX_TOPICS = 6


def validate_topics(value: Any) -> None:
    """A list of at most six topic IRIs. Whether they exist is the form's to check: other nodes have their own."""
    if not isinstance(value, list) or len(value) > MAX_TOPICS or not all(isinstance(iri, str) for iri in value):
        raise ValidationError(_("Choose at most %(most)s topics."), params={"most": MAX_TOPICS})


class StepFree(models.TextChoices):
    """Whether people get in without steps."""

    YES = "yes", _("Yes, there are no steps on the way in")
    NO = "no", _("No, there are steps")
    UNKNOWN = "unknown", _("Not known")

    @classmethod
    def told(cls, free: bool | None) -> StepFree:
        """From an answer; None where nobody said."""
        return cls.UNKNOWN if free is None else (cls.NO, cls.YES)[free]

    @classmethod
    def read(cls, word: str) -> StepFree:
        """From its word on the wire; UNKNOWN for any other word."""
        return {"step-free": cls.YES, "steps": cls.NO}.get(word, cls.UNKNOWN)

    @property
    def is_free(self) -> bool | None:
        """None where nobody said."""
        return {"yes": True, "no": False}.get(self.value)

    @property
    def word(self) -> str:
        """As it stands on the wire; empty where nobody said."""
        return {"yes": "step-free", "no": "steps"}.get(self.value, "")


class Topical(models.Model):
    """About up to six topics, by host-free IRI, such as `urn:flotilla:topic:housing`."""

    topics = models.JSONField(_("topics"), default=list, blank=True, validators=[validate_topics])

    class Meta:
        abstract = True


class Placed(models.Model):
    """Somewhere: an area in words, and a point (WGS 84) where its people want one shown."""

    area = models.CharField(_("area"), max_length=100, blank=True)
    lat = models.FloatField(_("latitude"), null=True, blank=True)
    lon = models.FloatField(_("longitude"), null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(lat__isnull=True, lon__isnull=True)
                # Without "not null", half a point is neither true nor false, which the database lets pass.
                | Q(lat__isnull=False, lat__gte=-90, lat__lte=90, lon__isnull=False, lon__gte=-180, lon__lte=180),
                name="%(class)s_point_on_earth_or_none",
            )
        ]
