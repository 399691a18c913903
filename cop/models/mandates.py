"""Mandates: what a group, or several bodies as equals, have agreed to do; every version of it, and who says what to it.

A version belongs to the body that proposed it, a consent to the body or person that gives it, and nobody writes
another's. Whether a version is in force follows from these on every node alike (`cop.mandates.states`).
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from federation.models import Published

LONGEST_PART = 4000  # characters of one part of a mandate
MOST_GOALS = 12
MOST_PARTIES = 60
MOST_NUMBER = 30_000  # of a version; the last of them may be several, and then the latest counts
ROLES = (
    ("community", _("Community")),
    ("university", _("University")),
    ("authority", _("Local authority")),
    ("practitioner", _("Practitioners")),
    ("voluntary", _("Voluntary sector")),
    ("other", _("Another body")),
)


class MandateVersion(Published):
    """One version of the mandate of the group at `about_uri`, proposed by `actor`.

    `goals` are `{"id", "text", "target", "unit"}`; `parties` the bodies that are to sign, `{"uri", "name", "role"}`,
    the proposer among them: it has consented by proposing. With one party it is the mandate of that group alone, and
    the group's members consent: then `adopted_at` is when its stewards wrote down that they did.
    `answers` are what the proposer says to objections, by the objection's address.
    """

    about_uri = models.CharField(max_length=500, db_index=True)
    number = models.PositiveSmallIntegerField(default=1)
    supersedes = models.CharField(max_length=500, blank=True)
    title = models.CharField(_("title"), max_length=140)
    purpose = models.TextField(_("what for"), max_length=LONGEST_PART, blank=True)
    goals = models.JSONField(default=list, blank=True)
    decisions = models.TextField(_("who decides what"), max_length=LONGEST_PART, blank=True)
    sharing = models.TextField(_("how results are shared"), max_length=LONGEST_PART, blank=True)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("to"), null=True, blank=True)
    review_on = models.DateField(_("to be reviewed on"), null=True, blank=True)
    parties = models.JSONField(default=list, blank=True)
    round_ends = models.DateTimeField(_("consent until"), null=True, blank=True)
    adopted_at = models.DateTimeField(null=True, blank=True)
    answers = models.JSONField(default=dict, blank=True)
    comment = models.CharField(_("what is new in this version"), max_length=300, blank=True)

    WORDS = ("purpose", "goals", "decisions", "sharing", "answers", "comment")
    PARTS = ("title", "purpose", "decisions", "sharing")

    class Meta:
        constraints: ClassVar = [
            *Published.Meta.constraints,
            models.CheckConstraint(condition=~Q(about_uri="") & ~Q(title=""), name="mandate_is_about_a_group"),
            models.CheckConstraint(condition=Q(number__gte=1), name="mandate_numbered_from_one"),
            models.CheckConstraint(condition=~Q(supersedes=F("uri")), name="mandate_supersedes_another"),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="mandate_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(node__isnull=False) | Q(withdrawn_at__isnull=False) | Q(review_on__isnull=False),
                name="mandate_ours_is_reviewed",
            ),
            models.CheckConstraint(
                condition=Q(node__isnull=False) | Q(withdrawn_at__isnull=False) | ~Q(purpose=""),
                name="mandate_ours_has_a_purpose",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["about_uri", "-published_at"], name="mandate_versions_of")]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"

    def get_absolute_url(self) -> str:
        return f"/mandates/{self.public_id}"

    @property
    def is_shared(self) -> bool:
        """Whether bodies sign it, rather than the members of the one group that it is about."""
        return len(self.parties) > 1 or self.party_uris not in ([], [self.about_uri])

    @property
    def party_uris(self) -> list[str]:
        return [each["uri"] for each in self.parties]


class Consent(Published):
    """What a body, or a member of a group, says to a version. Each has one, and changes it."""

    class Stance(models.TextChoices):
        CONSENT = "consent", _("Consents")
        OBJECT = "object", _("Objects")
        ASIDE = "aside", _("Stands aside")
        LEFT = "left", _("Has left")

    version_uri = models.CharField(max_length=500, db_index=True)
    stance = models.CharField(max_length=7, choices=Stance.choices)
    words = models.TextField(_("in your words"), max_length=2000, blank=True)
    signed = models.CharField(max_length=120, blank=True)

    WORDS = ("words", "signed")

    class Meta:
        constraints: ClassVar = [
            *Published.Meta.constraints,
            models.UniqueConstraint(
                fields=["version_uri", "actor"], condition=Q(withdrawn_at__isnull=True), name="consent_once"
            ),
            models.CheckConstraint(
                condition=Q(stance__in=["consent", "object", "aside", "left"]), name="consent_stance_known"
            ),
            models.CheckConstraint(
                condition=~Q(stance="object") | ~Q(words="") | Q(withdrawn_at__isnull=False),
                name="consent_objection_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stance} to {self.version_uri}"

    def get_absolute_url(self) -> str:
        return f"/consents/{self.public_id}"


class Result(Published):
    """What somebody has reached towards a goal of a mandate: a number that counts, or words."""

    about_uri = models.CharField(max_length=500, db_index=True)
    goal_id = models.CharField(max_length=16)
    title = models.CharField(_("what was reached"), max_length=200)
    amount = models.DecimalField(_("how much"), max_digits=12, decimal_places=2, null=True, blank=True)
    reached_on = models.DateField(_("when"))
    evidence = models.URLField(_("where it can be seen"), max_length=500, blank=True)

    WORDS = ("evidence",)

    class Meta:
        constraints: ClassVar = [
            *Published.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(about_uri="") & ~Q(goal_id="") & ~Q(title=""), name="result_is_of_a_goal"
            ),
            models.CheckConstraint(condition=Q(amount__isnull=True) | Q(amount__gte=0), name="result_amount_positive"),
        ]
        indexes: ClassVar = [models.Index(fields=["about_uri", "goal_id"], name="result_of_goal")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/results/{self.public_id}"
