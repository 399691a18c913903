"""Places where people meet and find services: seed 002's list, and what such a place says of itself."""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from atlas.placed import Placed, StepFree, Topical
from atlas.sourced import Sourced
from federation.models import Published

ACCESS = (
    ("accessible-toilet", _("Accessible toilet")),
    ("changing-places", _("Changing Places toilet, with hoist and bench")),
    ("lift", _("Lift")),
    ("wide-doors", _("Doors at least 80 cm wide")),
    ("blue-badge-parking", _("Parking for blue badge holders")),
    ("hearing-loop", _("Hearing loop")),
    ("tactile-signs", _("Tactile signs or Braille")),
    ("quiet-room", _("A quiet room")),
    ("assistance-dogs", _("Assistance dogs welcome")),
    ("baby-changing", _("Baby changing")),
)
"""Values of HSDS's accessibility attributes, as slugs, with our words for them."""


def validate_access(value: object) -> None:
    """A list of known slugs; other nodes' unknown ones are left out before they come here."""
    known = {slug for slug, _words in ACCESS}
    if not isinstance(value, list) or not set(map(str, value)) <= known:
        raise ValidationError(_("Choose from the list of what helps people to get in and stay."))


class Place(Published, Placed, Topical, Sourced):
    """Somewhere people can go: its host is the group that speaks for it, or the node that lists it from a register."""

    class Kind(models.TextChoices):
        COMMUNITY_HUB = "community-hub", _("Community hub")
        COMMUNITY_CENTRE = "community-centre", _("Community centre")
        LIBRARY = "library", _("Library")
        SCHOOL = "school", _("School")
        SENIOR_CENTRE = "senior-centre", _("Centre for older people")
        TOWN_HALL = "town-hall", _("Town hall")
        PORTERS_LODGE = "porters-lodge", _("Porter’s lodge")
        LEISURE_ROOM = "leisure-room", _("Leisure room")
        BAR = "bar", _("Bar or café")
        MEZZANINE = "mezzanine", _("Mezzanine of a station")
        TOLL_HOUSE = "toll-house", _("Old toll house")
        WORKSHOP = "workshop", _("Workshop or makerspace")
        ARTS_CENTRE = "arts-centre", _("Arts centre")
        GARDEN = "garden", _("Garden or outdoor space")
        DISUSED_SPACE = "disused-space", _("Disused space")
        OTHER = "other", _("Another place")

    kind = models.CharField(_("what kind of place is it?"), max_length=16, choices=Kind.choices, default=Kind.OTHER)
    name = models.CharField(_("name"), max_length=200)
    summary = models.TextField(_("what happens here"), max_length=5000, blank=True)
    services = models.TextField(_("services"), max_length=2000, blank=True)
    give_back = models.TextField(_("what you can give back"), max_length=1000, blank=True)
    address = models.CharField(_("address"), max_length=500, blank=True)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    accuracy = models.PositiveIntegerField(_("accuracy of the point, in metres"), null=True, blank=True)
    opening = models.TextField(_("when it is open"), max_length=500, blank=True)
    step_free = models.CharField(
        _("can people get in without steps?"), max_length=8, choices=StepFree.choices, default=StepFree.UNKNOWN
    )
    access = models.JSONField(_("access"), default=list, blank=True, validators=[validate_access])
    access_note = models.CharField(_("more about access"), max_length=500, blank=True)
    website = models.URLField(_("website"), max_length=500, blank=True)

    WORDS = (
        *("summary", "services", "give_back", "opening", "access_note", "website"),
        *("address", "postcode", "lat", "lon", "accuracy"),
    )

    class Meta:
        constraints: ClassVar = [
            *Published.Meta.constraints,
            *Placed.Meta.constraints,
            *Sourced.Meta.constraints,
            models.CheckConstraint(condition=~Q(name=""), name="place_has_name"),
            models.CheckConstraint(condition=Q(step_free__in=["yes", "no", "unknown"]), name="place_step_free_known"),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "community-hub", "community-centre", "library", "school", "senior-centre", "town-hall",
                        "porters-lodge", "leisure-room", "bar", "mezzanine", "toll-house", "workshop", "arts-centre",
                        "garden", "disused-space", "other",
                    ]
                ),
                name="place_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(node__isnull=False)
                | Q(withdrawn_at__isnull=False)
                | ~Q(address="")
                | ~Q(area="")
                | Q(lat__isnull=False),
                name="place_ours_is_somewhere",
            ),
        ]  # fmt: skip
        indexes: ClassVar = [models.Index(fields=["name"], name="place_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/places/{self.public_id}"

    @property
    def access_words(self) -> list[str]:
        return [str(words) for slug, words in ACCESS if slug in self.access]
