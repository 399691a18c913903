"""What people report, what stewards decide about it, and whom somebody does not want to meet.

Every decision is a row that stays: taking it back sets `lifted_at`, and the row goes on saying that it was made.
"""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .actors import Actor
from .nodes import Node

LONGEST_WORDS = 2_000
LONGEST_REASON = 500
BACK_WITHIN = dt.timedelta(days=30)
"""For how long what was removed is kept, so that a steward can bring it back."""


class Flag(models.Model):
    """Somebody reports the thing at `object_uri` to the stewards of this node.

    `node` is where it came from, null for one that was made here. `reporter` is one of ours: whoever reports elsewhere
    is known to their own node alone. Where the thing lives elsewhere it was passed on to `passed_to`, and what their
    stewards say comes back into the last four columns.
    """

    class Reason(models.TextChoices):
        FALSE = "false", _("It is not true, or misleads people")
        HURTFUL = "hurtful", _("It hurts, insults or threatens somebody")
        PRIVATE = "private", _("It tells private things about somebody")
        ADVERTISING = "advertising", _("It is advertising, or has nothing to do here")
        ILLEGAL = "illegal", _("It is against the law")
        OTHER = "other", _("Something else")

    class Outcome(models.TextChoices):
        NOTHING = "nothing", _("Left as it is")
        HIDDEN = "hidden", _("Hidden")
        REMOVED = "removed", _("Removed")
        SUSPENDED = "suspended", _("Whoever published it may not publish here any more")
        LIMITED = "limited", _("What they publish is no longer shown unasked")
        PASSED_ON = "passed-on", _("Hidden here, and passed on to its own node")

    uri = models.CharField(max_length=500, help_text="id of the Flag activity, or a name of our own")
    object_uri = models.CharField(max_length=500, db_index=True)
    reporter = models.ForeignKey(Actor, null=True, blank=True, on_delete=models.SET_NULL, related_name="flags")
    node = models.ForeignKey(Node, null=True, blank=True, on_delete=models.CASCADE, related_name="flags")
    sender = models.ForeignKey(Actor, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=16, choices=Reason.choices, default=Reason.OTHER)
    words = models.TextField(max_length=LONGEST_WORDS, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(Actor, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    outcome = models.CharField(max_length=16, choices=Outcome.choices, blank=True)
    outcome_words = models.CharField(max_length=LONGEST_REASON, blank=True)

    passed_to = models.ForeignKey(Node, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    passed_at = models.DateTimeField(null=True, blank=True)
    seen_there_at = models.DateTimeField(null=True, blank=True)
    answered_there_at = models.DateTimeField(null=True, blank=True)
    acted_there = models.BooleanField(null=True, blank=True, help_text="whether their stewards did something about it")
    words_there = models.CharField(max_length=LONGEST_REASON, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["uri", "object_uri"], name="flag_once"),
            models.UniqueConstraint(
                fields=["reporter", "object_uri"],
                condition=Q(closed_at__isnull=True, reporter__isnull=False),
                name="flag_one_open_by_each",
            ),
            models.CheckConstraint(condition=~Q(uri="") & ~Q(object_uri=""), name="flag_is_about_something"),
            models.CheckConstraint(
                condition=Q(node__isnull=True) | Q(reporter__isnull=True), name="flag_from_elsewhere_names_nobody"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, outcome="") | Q(closed_at__isnull=False) & ~Q(outcome=""),
                name="flag_closed_has_outcome",
            ),
            models.CheckConstraint(
                condition=Q(reason__in=["false", "hurtful", "private", "advertising", "illegal", "other"]),
                name="flag_reason_known",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["", "nothing", "hidden", "removed", "suspended", "limited", "passed-on"]),
                name="flag_outcome_known",
            ),
            models.CheckConstraint(
                condition=Q(answered_there_at__isnull=True, acted_there__isnull=True)
                | Q(answered_there_at__isnull=False, acted_there__isnull=False),
                name="flag_answer_there_says_what",
            ),
        ]
        indexes = [models.Index(fields=["closed_at", "received_at"], name="flag_waiting")]

    def __str__(self) -> str:
        return f"report {self.pk} of {self.object_uri}"

    def get_absolute_url(self) -> str:
        return f"/desk/reports/{self.pk}"


class RestrictionQuerySet(models.QuerySet["Restriction"]):
    def in_force(self) -> RestrictionQuerySet:
        return self.filter(lifted_at__isnull=True, erased_at__isnull=True)

    def to_be_undone(self) -> RestrictionQuerySet:
        """Those in force but for what was removed so long ago that it is not brought back any more."""
        return self.in_force().exclude(self._overdue())

    def to_be_erased(self) -> RestrictionQuerySet:
        """Those others, whose things are still to be erased."""
        return self.in_force().filter(self._overdue())

    def _overdue(self) -> Q:
        return Q(level=Restriction.Level.REMOVED, made_at__lte=timezone.now() - BACK_WITHIN)


class Restriction(models.Model):
    """A steward's decision about one thing (`object_uri`) or about all that an `actor` says, ours or theirs.

    What waited and was let out, or refused, is lifted; refused, with a `reason`. What was removed can be brought back
    for BACK_WITHIN; then it is withdrawn at `erased_at`, and this row alone says by whom.

    `group` is set where the stewards of a group took words out of its talk: theirs to do and to undo, on every node
    that shows the talk. Such a thing is hidden, and not taken off the network.
    """

    class Level(models.TextChoices):
        HELD = "held", _("Waits for a steward")
        HIDDEN = "hidden", _("Hidden")
        LIMITED = "limited", _("Not shown unasked")
        SUSPENDED = "suspended", _("Suspended")
        REMOVED = "removed", _("Removed")

    OF_THINGS = (Level.HELD, Level.HIDDEN, Level.REMOVED)

    level = models.CharField(max_length=16, choices=Level.choices)
    object_uri = models.CharField(max_length=500, blank=True)
    actor = models.ForeignKey(Actor, null=True, blank=True, on_delete=models.CASCADE, related_name="restrictions")
    group = models.ForeignKey(Actor, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(Actor, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=LONGEST_REASON, blank=True)
    flag = models.ForeignKey(Flag, null=True, blank=True, on_delete=models.SET_NULL, related_name="restrictions")
    made_at = models.DateTimeField(default=timezone.now)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(Actor, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = RestrictionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(level__in=["held", "hidden", "removed"], actor__isnull=True) & ~Q(object_uri="")
                | Q(level__in=["limited", "suspended"], actor__isnull=False, group__isnull=True, object_uri=""),
                name="restriction_of_a_thing_or_an_actor",
            ),
            models.CheckConstraint(
                condition=Q(group__isnull=True) | Q(level="hidden"), name="restriction_by_a_group_hides"
            ),
            models.CheckConstraint(
                condition=Q(lifted_by__isnull=True) | Q(lifted_at__isnull=False), name="restriction_lifted_has_time"
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(level="removed", lifted_at__isnull=True),
                name="restriction_erased_stays_removed",
            ),
            models.UniqueConstraint(
                fields=["object_uri", "level"],
                condition=Q(lifted_at__isnull=True, erased_at__isnull=True, actor__isnull=True, group__isnull=True),
                name="restriction_one_of_a_thing",
            ),
            models.UniqueConstraint(
                fields=["object_uri", "group"],
                condition=Q(lifted_at__isnull=True, group__isnull=False),
                name="restriction_one_of_a_group",
            ),
            models.UniqueConstraint(
                fields=["actor", "level"],
                condition=Q(lifted_at__isnull=True, actor__isnull=False),
                name="restriction_one_of_an_actor",
            ),
        ]
        indexes = [
            models.Index(
                fields=["level", "object_uri"],
                condition=Q(lifted_at__isnull=True, erased_at__isnull=True),
                name="restriction_in_force",
            )
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.target_uri}"

    @property
    def target_uri(self) -> str:
        return self.actor.uri if self.actor is not None else self.object_uri

    @property
    def back_until(self) -> dt.datetime | None:
        """The moment from which what was removed is erased; None for every other decision."""
        return self.made_at + BACK_WITHIN if self.level == self.Level.REMOVED else None

    @property
    def can_be_undone(self) -> bool:
        """By this node's stewards: what a group took out of its talk is the group's to put back."""
        if self.level == self.Level.HELD or self.group_id is not None:
            return False
        in_time = self.back_until is None or timezone.now() < self.back_until
        return self.lifted_at is None and self.erased_at is None and in_time


class AwaitedRemoval(models.Model):
    """The stewards of a `group` elsewhere have taken words out of its talk that are not here.

    It hides nothing by itself: once the words come it becomes a Restriction if they stand in that talk, and is
    forgotten if they do not. While the words are here and the thing they are about is not, that is what it waits for.
    """

    object_uri = models.CharField(max_length=500)
    group = models.ForeignKey(Actor, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=LONGEST_REASON, blank=True)
    waits_for = models.CharField(max_length=500, blank=True, db_index=True, help_text="the thing the words are about")
    told_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(object_uri=""), name="awaited_removal_of_something"),
            models.UniqueConstraint(fields=["object_uri", "group"], name="awaited_removal_once"),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} has taken out {self.object_uri}"


class Block(models.Model):
    """`blocker`, a person of ours, does not want to meet `blocked`, or anybody of `node`. Nobody is told."""

    blocker = models.ForeignKey(Actor, on_delete=models.CASCADE, related_name="blocks")
    blocked = models.ForeignKey(Actor, null=True, blank=True, on_delete=models.CASCADE, related_name="blocked_by")
    node = models.ForeignKey(Node, null=True, blank=True, on_delete=models.CASCADE, related_name="blocked_by")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(blocked__isnull=True, node__isnull=False) | Q(blocked__isnull=False, node__isnull=True),
                name="block_of_an_actor_or_a_node",
            ),
            models.CheckConstraint(
                condition=Q(blocked__isnull=True) | ~Q(blocker=models.F("blocked")), name="block_not_oneself"
            ),
            models.UniqueConstraint(
                fields=["blocker", "blocked"], condition=Q(blocked__isnull=False), name="block_actor_once"
            ),
            models.UniqueConstraint(
                fields=["blocker", "node"], condition=Q(node__isnull=False), name="block_node_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.blocker_id} blocks {self.blocked_id or self.node_id}"
