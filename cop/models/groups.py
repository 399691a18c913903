"""Groups and who belongs to them, on whichever node."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from atlas.placed import Placed, Topical
from federation import audiences
from federation.models import Actor, Published


class Group(Published, Placed, Topical):
    """Anything people join: a community, a campaign, an organisation, a course. Its kinds are its own words.

    With a `harbour` it is a flotilla: groups of any nodes that sail to one goal, each by its own act (`Ship`).
    """

    class Joining(models.TextChoices):
        OPEN = "open", _("Anyone may join")
        REQUEST = "request", _("People ask, a steward answers")

    name = models.CharField(_("name"), max_length=120)
    summary = models.TextField(_("what you do together"), max_length=5000, blank=True)
    kinds = models.JSONField(_("kinds"), default=list, blank=True, help_text="concept slugs of the group-kind scheme")
    languages = models.JSONField(_("languages"), default=list, blank=True)
    joining = models.CharField(_("joining"), max_length=8, choices=Joining.choices, default=Joining.REQUEST)
    website = models.URLField(_("website"), max_length=500, blank=True)
    subject = models.TextField(_("subject: what interests you all"), max_length=1000, blank=True)
    practice = models.TextField(_("practice: how you learn by doing, and share it"), max_length=1000, blank=True)
    motivation = models.TextField(_("motivation: why people come of their own accord"), max_length=1000, blank=True)
    roles = models.JSONField(
        default=list, blank=True, help_text='formal roles: [{"title", "holder", "starts", "ends"}], days in ISO form'
    )
    tables = models.JSONField(
        default=list, blank=True, help_text='where people meet without any form: [{"name", "when", "about"}]'
    )
    members_elsewhere = models.PositiveIntegerField(
        default=0, help_text="for a group of another node: the count its node tells"
    )

    harbour = models.CharField(_("safe harbour: the one goal all head for"), max_length=300, blank=True)
    ends_on = models.DateField(_("until when you sail together"), null=True, blank=True)
    asks = models.TextField(_("what you ask in public"), max_length=2000, blank=True)
    ships = models.JSONField(
        default=list,
        blank=True,
        help_text="addresses of the groups it has welcomed, also of those that have left since",
    )
    dissolved_at = models.DateTimeField(null=True, blank=True)
    harvest = models.TextField(_("the harvest: what came of it"), max_length=5000, blank=True)

    is_discoverable = models.BooleanField(
        default=True, help_text="for a group of another node: whether it is to be found at all, as its node says"
    )

    WORDS = (
        "summary", "subject", "practice", "motivation", "roles", "tables", "harbour", "asks", "ships", "harvest",
    )  # fmt: skip
    ATTRIBUTES = ("subject", "practice", "motivation")

    class Meta:
        constraints: ClassVar = [
            *Published.Meta.constraints,
            *Placed.Meta.constraints,
            models.UniqueConstraint(fields=["actor"], name="group_one_per_actor"),
            models.CheckConstraint(condition=Q(node__isnull=False) | ~Q(name=""), name="group_ours_has_name"),
            models.CheckConstraint(condition=Q(joining__in=["open", "request"]), name="group_joining_known"),
            models.CheckConstraint(
                condition=Q(node__isnull=False) | Q(harbour="") | Q(ends_on__isnull=False), name="flotilla_ours_ends"
            ),
            models.CheckConstraint(
                condition=Q(node__isnull=False)
                | Q(withdrawn_at__isnull=False)
                | ~Q(harbour="")
                | Q(asks="", harvest=""),
                name="flotilla_ours_has_a_harbour",
            ),
            models.CheckConstraint(
                condition=Q(node__isnull=False)
                | Q(withdrawn_at__isnull=False)
                | Q(dissolved_at__isnull=True)
                | ~Q(harvest=""),
                name="flotilla_ours_dissolves_with_a_harvest",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/groups/{self.public_id}"

    @property
    def is_flotilla(self) -> bool:
        return bool(self.harbour)

    @property
    def is_sailing(self) -> bool:
        """Whether it is a flotilla that was not dissolved."""
        return self.is_flotilla and self.dissolved_at is None

    @property
    def members_audience(self) -> str:
        return audiences.of_group(self.uri)


class Member(models.Model):
    """A person in a group; either may live on another node. Somebody who left is no row."""

    class Role(models.TextChoices):
        STEWARD = "steward", _("Steward")
        MEMBER = "member", _("Member")

    class State(models.TextChoices):
        ASKED = "asked", _("Has asked to join")
        JOINED = "joined", _("Is a member")

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="members")
    actor = models.ForeignKey(Actor, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=8, choices=Role.choices, default=Role.MEMBER)
    state = models.CharField(max_length=8, choices=State.choices)
    name = models.CharField(_("the name you give the group"), max_length=120, blank=True)
    message = models.CharField(_("a word to the group"), max_length=500, blank=True)
    join_uri = models.CharField(max_length=500, blank=True, help_text="id of the Join, for an answer across nodes")
    asked_at = models.DateTimeField(default=timezone.now)
    joined_at = models.DateTimeField(null=True, blank=True)
    let_in_by = models.ForeignKey(
        Actor,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="the steward who said yes; nobody in an open group",
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["group", "actor"], name="member_once"),
            models.CheckConstraint(condition=Q(role__in=["steward", "member"]), name="member_role_known"),
            models.CheckConstraint(
                condition=Q(state="asked", joined_at__isnull=True) | Q(state="joined", joined_at__isnull=False),
                name="member_joined_has_time",
            ),
            models.CheckConstraint(condition=Q(role="member") | Q(state="joined"), name="member_steward_has_joined"),
        ]
        indexes: ClassVar = [models.Index(fields=["actor", "state"])]

    def __str__(self) -> str:
        return f"{self.actor_id} in {self.group_id}: {self.state}"
