"""Whoever can speak or be spoken to on the network, ours and theirs, in one table."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone


class Actor(models.Model):
    """A group, person, topic or node with an inbox. `node` is null for ours.

    The kind's own row (cop.Group, cop.Person, atlas topic) points here. An actor heard of but not yet read has a
    `uri` and nothing else: `read_at` is null.
    """

    audiences_read: list[str] | None
    """What `audiences.readable_by` found, where whoever made this instance wants it remembered."""

    class Type(models.TextChoices):
        APPLICATION = "Application"
        GROUP = "Group"
        ORGANIZATION = "Organization"
        PERSON = "Person"
        SERVICE = "Service"

    uri = models.CharField(max_length=500, unique=True)
    node = models.ForeignKey("federation.Node", null=True, blank=True, on_delete=models.PROTECT, related_name="actors")
    type = models.CharField(max_length=16, choices=Type.choices, blank=True)
    handle = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=200, blank=True)
    inbox = models.CharField(max_length=500, blank=True)
    shared_inbox = models.CharField(max_length=500, blank=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="actor"
    )

    rsa_key_id = models.CharField(max_length=500, blank=True, db_index=True)
    rsa_public = models.TextField(blank=True, help_text="PEM")
    ed25519_key_id = models.CharField(max_length=500, blank=True, db_index=True)
    ed25519_public = models.CharField(max_length=100, blank=True, help_text="Multikey, multibase base58-btc")
    rsa_private = models.TextField(blank=True, help_text="sealed, see federation.keys; only for ours")
    ed25519_private = models.TextField(blank=True, help_text="sealed, see federation.keys; only for ours")

    heard_at = models.DateTimeField(default=timezone.now, editable=False)
    read_at = models.DateTimeField(null=True, blank=True, help_text="when their document was last read")
    keys_read_at = models.DateTimeField(null=True, blank=True)
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("handle"), condition=Q(node__isnull=True), name="actor_handle_unique_here"),
            models.CheckConstraint(
                condition=Q(node__isnull=False) | (~Q(handle="") & ~Q(type="")), name="actor_ours_has_handle_and_type"
            ),
            models.CheckConstraint(
                condition=Q(node__isnull=True) | (Q(rsa_private="") & Q(ed25519_private="") & Q(user__isnull=True)),
                name="actor_theirs_has_no_secrets",
            ),
        ]
        indexes = [models.Index(fields=["node", "heard_at"], name="actor_newest_of_node")]

    def __str__(self) -> str:
        return self.uri

    @property
    def is_ours(self) -> bool:
        return self.node_id is None

    @property
    def delivery_inbox(self) -> str:
        """The address one copy for everybody behind that server goes to; empty while unread."""
        return self.shared_inbox or self.inbox


class Source(models.Model):
    """An account on other software that a steward chose to listen to; `problem` says why it could not be found."""

    address = models.CharField(max_length=500, unique=True, help_text="@name@host, or a web address")
    actor = models.OneToOneField(Actor, null=True, blank=True, on_delete=models.PROTECT, related_name="source")
    problem = models.CharField(max_length=300, blank=True)
    added_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(address=""), name="source_has_address")]

    def __str__(self) -> str:
        return self.address


class Following(models.Model):
    """`follower` asked to hear what `followed` says; either side may be ours."""

    class State(models.TextChoices):
        ASKED = "asked"
        ACCEPTED = "accepted"
        REFUSED = "refused"

    follower = models.ForeignKey(Actor, on_delete=models.CASCADE, related_name="followings")
    followed = models.ForeignKey(Actor, on_delete=models.CASCADE, related_name="followers")
    uri = models.CharField(max_length=500, unique=True, help_text="id of the Follow activity")
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["follower", "followed"], name="following_once"),
            models.CheckConstraint(condition=~Q(follower=models.F("followed")), name="following_not_oneself"),
            models.CheckConstraint(
                condition=Q(state="asked", answered_at__isnull=True)
                | Q(state__in=["accepted", "refused"], answered_at__isnull=False),
                name="following_answer_has_time",
            ),
        ]
        indexes = [models.Index(fields=["followed", "state"])]

    def __str__(self) -> str:
        return f"{self.follower_id} follows {self.followed_id}: {self.state}"
