"""This node, and the other servers it has heard of."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .actors import Actor


class Node(models.Model):
    """Another server, Flotilla or not, known by its origin (scheme, host, port).

    Peering is agreed by both stewards; `state` is where that agreement stands, seen from here.
    """

    class Peering(models.TextChoices):
        NONE = "none", _("Not a neighbour")
        INVITED = "invited", _("We have asked, they have not answered yet")
        ASKED = "asked", _("They have asked, we have not answered yet")
        TRIAL = "trial", _("Neighbours on trial")
        FULL = "full", _("Neighbours")
        PAUSED = "paused", _("Paused for now")
        LIMITED = "limited", _("We hear them, but do not show them unasked")
        ENDED = "ended", _("No longer neighbours")

    SHARING = (Peering.TRIAL, Peering.FULL, Peering.LIMITED)
    """Each hears what the other publishes. That one is not shown unasked changes nothing between the two."""
    AGREED = (*SHARING, Peering.PAUSED)
    FOR_GROUPS = Q(peering=Peering.FULL) | Q(peering=Peering.PAUSED, resumes_as__in=["", "full"])
    """Nodes that get what is for one group with members there; while one is paused, it waits."""
    NOT_UNASKED = Q(peering=Peering.LIMITED) | Q(resumes_as="limited")
    """Nodes that are not shown unasked, also while they are paused, and after they are no neighbours any more."""

    origin = models.CharField(max_length=255, unique=True)
    name = models.CharField(max_length=200, blank=True)
    software = models.CharField(max_length=100, blank=True)
    actor = models.OneToOneField(Actor, null=True, blank=True, on_delete=models.SET_NULL, related_name="represents")
    peering = models.CharField(max_length=8, choices=Peering.choices, default=Peering.NONE)
    peered_at = models.DateTimeField(null=True, blank=True)
    paused_until = models.DateTimeField(null=True, blank=True, help_text="empty while paused: until a steward says so")
    resumes_as = models.CharField(
        max_length=8,
        blank=True,
        help_text="what a pause goes back to; limited also after an end, until they agree anew",
    )
    blocked_at = models.DateTimeField(null=True, blank=True)
    contact = models.CharField(max_length=254, blank=True, help_text="who to write to there, as they say")
    reports = models.TextField(blank=True, help_text="how they handle reports, as they say")
    heard_at = models.DateTimeField(default=timezone.now, help_text="last signed word from them")
    reached_at = models.DateTimeField(null=True, blank=True, help_text="last delivery they took")

    # The back-catalogue: how far we have read theirs, by their own stable cursor.
    catalogue_url = models.CharField(max_length=500, blank=True)
    digest_url = models.CharField(max_length=500, blank=True)
    neighbours_url = models.CharField(max_length=500, blank=True)
    catalogue_cursor = models.PositiveBigIntegerField(default=0)
    catalogue_left = models.PositiveBigIntegerField(null=True, blank=True, help_text="things still to be read")
    catalogue_read_at = models.DateTimeField(null=True, blank=True, help_text="when its end was reached")
    # And how far they have read ours.
    given_cursor = models.PositiveBigIntegerField(default=0)
    given_left = models.PositiveBigIntegerField(null=True, blank=True)
    given_at = models.DateTimeField(null=True, blank=True)

    # The lane: one worker at a time talks to a node, and a node that fails is left in peace for a while.
    lane_owner = models.CharField(max_length=64, blank=True)
    lane_until = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0, help_text="attempts in a row at which nothing could be delivered")
    unreachable_since = models.DateTimeField(null=True, blank=True, help_text="the first of these attempts")
    rest_until = models.DateTimeField(null=True, blank=True, help_text="the breaker is open until then")
    signature_scheme = models.CharField(
        max_length=8, blank=True, choices=[("cavage", "cavage"), ("rfc9421", "rfc9421")], help_text="last one accepted"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(peering__in=["none", "invited", "asked", "trial", "full", "paused", "limited", "ended"]),
                name="node_peering_known",
            ),
            models.CheckConstraint(
                condition=~Q(peering__in=["trial", "full", "paused", "limited"]) | Q(actor__isnull=False),
                name="node_neighbour_has_actor",
            ),
            models.CheckConstraint(
                condition=Q(paused_until__isnull=True) | Q(peering="paused"), name="node_only_a_pause_has_an_end"
            ),
            models.CheckConstraint(
                condition=Q(resumes_as="")
                | Q(peering="paused", resumes_as__in=["trial", "full", "limited"])
                | Q(peering__in=["none", "invited", "asked", "ended"], resumes_as="limited"),
                name="node_resumes_as_it_was",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.origin

    @property
    def is_neighbour(self) -> bool:
        return self.peering in self.SHARING and self.blocked_at is None

    @property
    def is_shown_unasked(self) -> bool:
        return "limited" not in {self.peering, self.resumes_as}

    @property
    def gets_what_is_for_groups(self) -> bool:
        """As FOR_GROUPS says it of rows: whether its members of our groups get what is for members only."""
        resumes = self.peering == self.Peering.PAUSED and self.resumes_as in {"", "full"}
        return resumes or self.peering == self.Peering.FULL

    @property
    def has_agreement(self) -> bool:
        """Whether both sides stand by the agreement, also while it is paused here."""
        return self.peering in self.AGREED


class Acceptance(models.Model):
    """A steward here accepted the agreement between neighbours, in this version of its words. Kept for ever."""

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="acceptances")
    version = models.PositiveSmallIntegerField()
    by = models.CharField(max_length=500, blank=True, help_text="the actor of who accepted it")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(version__gte=1), name="acceptance_version_from_one")]

    def __str__(self) -> str:
        return f"version {self.version} with {self.node_id}"


class Remark(models.Model):
    """Why a steward did what the journal says they did. The journal itself holds no words."""

    entry = models.OneToOneField("journal.Entry", on_delete=models.CASCADE, related_name="remark")
    text = models.CharField(max_length=300)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="remark_says_something")]

    def __str__(self) -> str:
        return self.text


class Introduction(models.Model):
    """`node`, a neighbour, says that it knows a node at `origin`. Nothing there was asked or believed yet."""

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="introductions")
    origin = models.CharField(max_length=255)
    name = models.CharField(max_length=200, blank=True)
    told_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["node", "origin"], name="introduction_once")]

    def __str__(self) -> str:
        return f"{self.node_id} knows {self.origin}"


class ThisNode(models.Model):
    """What this node says about itself: one row, edited on the steward's desk."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(_("name"), max_length=100)
    summary = models.TextField(_("what this node is for"), max_length=1000, blank=True)
    area = models.CharField(_("area"), max_length=100, blank=True)
    contact = models.EmailField(_("contact address, shown to everybody"), blank=True)
    reports = models.TextField(_("how you handle reports"), max_length=1000, blank=True)
    hold_first_post = models.BooleanField(
        _("the first thing somebody new publishes waits for a steward"), default=False
    )
    tiles = models.CharField(_("streets under the map"), max_length=500, blank=True)
    tiles_credit = models.CharField(_("who to thank for the streets"), max_length=200, blank=True)
    actor = models.OneToOneField(Actor, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="this_node_is_one_row")]

    def __str__(self) -> str:
        return self.name
