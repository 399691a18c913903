"""A civic event: when, where, for whom, and how to come."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from atlas.placed import Placed, StepFree, Topical
from atlas.sourced import Sourced
from federation.models import Published

ADDRESS_LENGTH = 500  # characters of a web address we keep
MOST_NEEDED = 12  # things that one action asks for
LONGEST_NEEDED = 140  # characters of one of them
MOST_OF_ONE = 999  # of one thing, asked for or brought by one person


class Gathering(Published, Placed, Topical, Sourced):
    """A lab, master class, popular event, festival, meeting or collective action, ours or theirs.

    Moments are kept in UTC; `time_zone` is the place's own, in which they were chosen. Ours always have both moments,
    a zone and somewhere to be; of theirs, and of what a calendar of others lists, we keep what they tell.

    An action says what is `needed`, `{"id", "text", "amount"}`; `covered` counts by id what people say they bring. It
    may be for a goal of the mandate of the group at `for_uri`; any gathering may belong to a group, on any node.
    """

    class Kind(models.TextChoices):
        LAB = "lab", _("Lab")
        MASTER_CLASS = "master-class", _("Master class")
        POPULAR_EVENT = "popular-event", _("Popular event")
        FESTIVAL = "festival", _("Festival")
        MEETING = "meeting", _("Meeting")
        ACTION = "action", _("Collective action")

    class State(models.TextChoices):
        SCHEDULED = "scheduled", _("It takes place as planned")
        TENTATIVE = "tentative", _("Not certain yet")
        POSTPONED = "postponed", _("Postponed, a new date will follow")
        MOVED_ONLINE = "moved-online", _("Moved online")
        CANCELLED = "cancelled", _("Cancelled")

    class Joining(models.TextChoices):
        OPEN = "open", _("Anyone may come, while there is room")
        REQUEST = "request", _("People ask, the organisers answer")
        ELSEWHERE = "elsewhere", _("People sign up on another website")

    class Outcome(models.TextChoices):
        DONE = "done", _("Done")
        NOT_DONE = "not-done", _("Not done")

    class Axis(models.TextChoices):
        ACTION = "action", _("Action and activation")
        EDUCATION = "education", _("Education and training")
        RESEARCH = "research", _("Research and innovation")

    kind = models.CharField(_("what kind of gathering is it?"), max_length=16, choices=Kind.choices)
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("what will happen"), max_length=5000, blank=True)
    state = models.CharField(_("does it take place?"), max_length=16, choices=State.choices, default=State.SCHEDULED)

    starts = models.DateTimeField(_("starts"), null=True, blank=True)
    ends = models.DateTimeField(_("ends"), null=True, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, help_text="IANA name")

    place = models.CharField(_("name of the place"), max_length=200, blank=True)
    address = models.CharField(_("address"), max_length=500, blank=True)
    step_free = models.CharField(
        _("can people get in without steps?"), max_length=8, choices=StepFree.choices, default=StepFree.UNKNOWN
    )
    online = models.BooleanField(_("people can take part online"), default=False)
    online_url = models.CharField(_("link to take part online"), max_length=ADDRESS_LENGTH, blank=True)

    axis = models.CharField(_("what is it for?"), max_length=16, choices=Axis.choices, blank=True)
    joining = models.CharField(_("how do people join?"), max_length=16, choices=Joining.choices, default=Joining.OPEN)
    external_url = models.CharField(_("where people sign up"), max_length=ADDRESS_LENGTH, blank=True)
    capacity = models.PositiveIntegerField(_("number of places"), null=True, blank=True)
    coming = models.PositiveIntegerField(
        default=0, help_text="ours: people with a place, kept by the actions; theirs: the count their node last told"
    )
    festival = models.ForeignKey(
        "self",
        to_field="uri",
        db_constraint=False,  # a festival may live on a node whose word has not arrived yet
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="programme",
        verbose_name=_("part of a festival"),
    )
    venue = models.ForeignKey(
        "cop.Place",
        to_field="uri",
        db_constraint=False,  # as a festival, it may be a place whose word has not arrived yet
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="gatherings",
        verbose_name=_("place from the list"),
    )
    needed = models.JSONField(_("what is needed"), default=list, blank=True)
    covered = models.JSONField(
        default=dict,
        blank=True,
        help_text="ours: how many of each people bring, kept by the actions; theirs: as their node last told",
    )
    for_uri = models.CharField(
        max_length=ADDRESS_LENGTH, blank=True, db_index=True, help_text="the group or flotilla it belongs to"
    )
    goal_id = models.CharField(max_length=16, blank=True, help_text="of a goal in the mandate of that group")
    in_charge = models.CharField(_("who is in charge?"), max_length=120, blank=True)
    outcome = models.CharField(_("was it done?"), max_length=8, choices=Outcome.choices, blank=True)
    outcome_note = models.TextField(_("what came of it"), max_length=2000, blank=True)
    outcome_on = models.DateField(_("on which day?"), null=True, blank=True)

    WORDS = ("summary", "address", "online_url", "needed", "covered", "in_charge", "outcome_note")

    class Meta:
        constraints: ClassVar = [
            *Published.Meta.constraints,
            *Placed.Meta.constraints,
            *Sourced.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind__in=["lab", "master-class", "popular-event", "festival", "meeting", "action"]),
                name="gathering_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["scheduled", "tentative", "postponed", "moved-online", "cancelled"]),
                name="gathering_state_known",
            ),
            models.CheckConstraint(condition=Q(step_free__in=["yes", "no", "unknown"]), name="gathering_access_known"),
            models.CheckConstraint(
                condition=Q(axis__in=["", "action", "education", "research"]), name="gathering_axis_known"
            ),
            models.CheckConstraint(
                condition=Q(joining__in=["open", "request", "elsewhere"]), name="gathering_joining_known"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="gathering_has_title"),
            models.CheckConstraint(
                condition=Q(starts__isnull=True) | Q(ends__isnull=True) | Q(ends__gte=F("starts")),
                name="gathering_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(node__isnull=False) | (Q(starts__isnull=False, ends__isnull=False) & ~Q(time_zone="")),
                name="gathering_ours_has_times",
            ),
            models.CheckConstraint(
                condition=Q(node__isnull=False) | ~Q(register="") | ~Q(place="") | Q(online=True),
                name="gathering_ours_is_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(node__isnull=False) | ~Q(state="moved-online") | Q(online=True),
                name="gathering_moved_online_is_online",
            ),
            models.CheckConstraint(condition=Q(online_url="") | Q(online=True), name="gathering_link_means_online"),
            models.CheckConstraint(
                condition=Q(node__isnull=False) | ~Q(register="") | ~Q(joining="elsewhere") | ~Q(external_url=""),
                name="gathering_elsewhere_says_where",
            ),
            models.CheckConstraint(
                condition=Q(capacity__isnull=True) | Q(capacity__gt=0), name="gathering_capacity_positive"
            ),
            models.CheckConstraint(
                condition=Q(node__isnull=False) | Q(capacity__isnull=True) | Q(coming__lte=F("capacity")),
                name="gathering_ours_never_overfull",
            ),
            models.CheckConstraint(
                condition=Q(festival__isnull=True) | ~Q(festival=F("uri")), name="gathering_not_part_of_itself"
            ),
            models.CheckConstraint(condition=Q(kind="action") | Q(needed=[]), name="gathering_action_alone_needs"),
            models.CheckConstraint(
                condition=Q(goal_id="") | (~Q(for_uri="") & Q(kind="action")), name="gathering_goal_is_of_an_action"
            ),
            models.CheckConstraint(condition=Q(outcome__in=["", "done", "not-done"]), name="gathering_outcome_known"),
            models.CheckConstraint(
                condition=~Q(outcome="") | Q(outcome_note="", outcome_on__isnull=True),
                name="gathering_note_has_outcome",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["kind", "starts"], name="gathering_kind_starts"),
            models.Index(fields=["ends"], name="gathering_ends"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/gatherings/{self.public_id}"

    @property
    def zone(self) -> dt.tzinfo:
        """The place's own time zone; UTC where nobody said."""
        try:
            return ZoneInfo(self.time_zone) if self.time_zone else dt.UTC
        except (ZoneInfoNotFoundError, ValueError):
            return dt.UTC

    @property
    def last_moment(self) -> dt.datetime | None:
        return self.ends or self.starts

    @property
    def is_over(self) -> bool:
        return self.last_moment is not None and self.last_moment < timezone.now()

    @property
    def has_begun(self) -> bool:
        return self.starts is not None and self.starts <= timezone.now()

    @property
    def is_full(self) -> bool:
        return self.capacity is not None and self.coming >= self.capacity

    @property
    def places_left(self) -> int | None:
        """None where there is no limit."""
        return None if self.capacity is None else max(0, self.capacity - self.coming)

    @property
    def is_face_to_face(self) -> bool:
        """Whether there is somewhere to walk to."""
        return bool(self.place or self.address) and self.state != self.State.MOVED_ONLINE
