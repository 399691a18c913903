"""A need and what meets it, between the two who speak for them, and what each of the two says of it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from federation.models import Actor

from .conversations import Conversation

LONGEST_WORDS = 2000  # characters
NEED, OFFER = "need", "offer"
SIDES = ((NEED, _("Has the need")), (OFFER, _("Can help")))


class Match(models.Model):
    """FEP-0837's Agreement: each of both nodes keeps its own row of it, with the same `uri`.

    What either side says of it is its own Commitment, which nobody else writes; `state` only follows from the two. One
    of `need_uri` and `offer_uri` may be empty: a need can be answered by who has published no offer. Its conversation
    is for the two sides alone.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        AGREED = "agreed", _("Agreed")
        UNDER_WAY = "under-way", _("Under way")
        DONE = "done", _("Done")
        THANKED = "thanked", _("Thanked")
        DECLINED = "declined", _("Not this time")
        ENDED = "ended", _("Ended")

    OPEN = (State.PROPOSED, State.AGREED, State.UNDER_WAY)
    PARTED = (State.DECLINED, State.ENDED)
    BOTH_AGREED = (State.AGREED, State.UNDER_WAY, State.DONE, State.THANKED)

    uri = models.CharField(max_length=500, unique=True)
    public_id = models.CharField(max_length=16, unique=True)
    need_uri = models.CharField(max_length=500, blank=True, db_index=True)
    offer_uri = models.CharField(max_length=500, blank=True, db_index=True)
    need_title = models.CharField(max_length=200, blank=True)
    offer_title = models.CharField(max_length=200, blank=True)
    proposed_by = models.CharField(max_length=5, choices=SIDES)
    words = models.TextField(_("a word to the other side"), max_length=LONGEST_WORDS, blank=True)
    language = models.CharField(max_length=16, blank=True)
    offered_in = models.CharField(max_length=500, blank=True, help_text="id of the Offer, for an answer across nodes")
    conversation = models.OneToOneField(Conversation, on_delete=models.PROTECT, related_name="match")
    state = models.CharField(max_length=9, choices=State.choices, default=State.PROPOSED)
    started_at = models.DateTimeField(default=timezone.now)
    moved_at = models.DateTimeField(default=timezone.now, db_index=True, help_text="when either last did something")
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(need_uri="") | ~Q(offer_uri=""), name="match_is_about_something"),
            models.CheckConstraint(condition=Q(proposed_by__in=[NEED, OFFER]), name="match_proposed_by_a_side"),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "agreed", "under-way", "done", "thanked", "declined", "ended"]),
                name="match_state_known",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "moved_at"])]

    def __str__(self) -> str:
        return f"match {self.public_id}: {self.state}"

    def get_absolute_url(self) -> str:
        return f"/matches/{self.public_id}"

    @property
    def page(self) -> str:
        """Where this node shows it, as a whole address."""
        return f"{settings.ORIGIN}{self.get_absolute_url()}"

    @property
    def title(self) -> str:
        return self.need_title or self.offer_title

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN


class Commitment(models.Model):
    """What one side says of a match: ValueFlows' Commitment. `version` grows with each change and travels; 0 stands for
    a side that was asked and has said nothing yet.

    Ours hold what our people wrote, also what is not sent before both have agreed (`contact`); theirs hold what came.
    `author` is the human of ours on record, who never travels.
    """

    class Stage(models.TextChoices):
        ASKED = "asked", _("was asked")
        AGREED = "agreed", _("agrees")
        UNDER_WAY = "under-way", _("has begun")
        DONE = "done", _("says it is done")
        THANKED = "thanked", _("says thank you")
        DECLINED = "declined", _("not this time")
        ENDED = "ended", _("has ended it")

    match = models.ForeignKey(Match, on_delete=models.CASCADE, related_name="commitments")
    side = models.CharField(max_length=5, choices=SIDES)
    uri = models.CharField(max_length=500, unique=True)
    actor = models.ForeignKey(Actor, on_delete=models.PROTECT, related_name="commitments")
    author = models.ForeignKey(Actor, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    version = models.PositiveIntegerField(default=0)
    stage = models.CharField(max_length=9, choices=Stage.choices, default=Stage.ASKED)
    hours = models.DecimalField(_("hours"), max_digits=7, decimal_places=2, null=True, blank=True)
    contact = models.CharField(_("how to reach you"), max_length=500, blank=True)
    conflict = models.CharField(_("possible conflict of interest"), max_length=500, blank=True)
    reply = models.TextField(_("a word to the other side"), max_length=LONGEST_WORDS, blank=True)
    outcome = models.TextField(_("what came of it"), max_length=LONGEST_WORDS, blank=True)
    thanks = models.TextField(_("thanks"), max_length=LONGEST_WORDS, blank=True)
    may_show = models.BooleanField(_("others may see that this happened"), default=False)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["match", "side"], name="commitment_one_per_side"),
            models.UniqueConstraint(fields=["match", "actor"], name="commitment_by_two"),
            models.CheckConstraint(condition=Q(side__in=[NEED, OFFER]), name="commitment_side_known"),
            models.CheckConstraint(
                condition=Q(stage__in=["asked", "agreed", "under-way", "done", "thanked", "declined", "ended"]),
                name="commitment_stage_known",
            ),
            models.CheckConstraint(
                condition=Q(version=0, stage="asked", contact="", outcome="", thanks="", hours__isnull=True)
                | Q(version__gt=0),
                name="commitment_asked_says_nothing",
            ),
            models.CheckConstraint(condition=Q(hours__isnull=True) | Q(hours__gte=0), name="commitment_hours_positive"),
        ]
        indexes: ClassVar = [models.Index(fields=["actor", "stage"])]

    def __str__(self) -> str:
        return f"{self.side} of match {self.match_id}: {self.stage}"

    @property
    def is_ours(self) -> bool:
        return self.actor.is_ours
