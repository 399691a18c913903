"""Who can sign in to this node. What a person shows to others lives in cop.Person, never here."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

INVITATION_LIFETIME = timedelta(days=30)


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(force_insert=True)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A person's key to this node: an e-mail address, never shown to anybody."""

    class Language(models.TextChoices):
        ENGLISH = "en", "English"
        ITALIAN = "it", "Italiano"

    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    language = models.CharField(_("language"), max_length=8, choices=Language.choices, default=Language.ENGLISH)
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/London")
    is_steward = models.BooleanField(_("steward of this node"), default=False)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique_any_case"),
            models.CheckConstraint(condition=models.Q(language__in=["en", "it"]), name="user_language_known"),
        ]

    def __str__(self) -> str:
        """Never the address: this ends up in logs and messages."""
        return f"user {self.pk}"


class SignupPolicy(models.Model):
    """How a person comes to have an account here: one row, changed by a steward."""

    class Mode(models.TextChoices):
        OPEN = "open", _("Anyone may sign up")
        INVITATION = "invitation", _("By invitation only")
        CLOSED = "closed", _("Nobody new for now")

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    mode = models.CharField(max_length=12, choices=Mode.choices, default=Mode.OPEN)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="signup_policy_is_one_row"),
            models.CheckConstraint(
                condition=models.Q(mode__in=["open", "invitation", "closed"]), name="signup_policy_mode_known"
            ),
        ]

    def __str__(self) -> str:
        return self.mode


def new_token() -> str:
    return secrets.token_urlsafe(24)


class Invitation(models.Model):
    """A one-time link that lets one person sign up, whatever the policy says.

    The link printed at first start is the one `for_first_steward`: the node makes it, it does not age, and it
    stops working as soon as anybody is a steward.
    """

    token = models.CharField(max_length=64, unique=True, default=new_token, editable=False)
    email = models.EmailField(_("e-mail address"), blank=True)
    makes_steward = models.BooleanField(default=False)
    for_first_steward = models.BooleanField(default=False, editable=False)
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="invitations")
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    used_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="invitations_used")
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(used_by__isnull=True) | models.Q(used_at__isnull=False),
                name="invitation_used_has_time",
            ),
            models.CheckConstraint(
                condition=models.Q(for_first_steward=False) | models.Q(makes_steward=True),
                name="invitation_first_makes_steward",
            ),
            models.UniqueConstraint(
                fields=["for_first_steward"],
                condition=models.Q(for_first_steward=True, used_at__isnull=True),
                name="invitation_one_open_first",
            ),
            models.UniqueConstraint(
                fields=["email"],
                condition=~models.Q(email="") & models.Q(used_at__isnull=True),
                name="invitation_one_open_per_address",
            ),
        ]

    def __str__(self) -> str:
        """Never the token: whoever reads it can use it."""
        return f"invitation {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("accounts:invitation", args=[self.token])

    @property
    def expires_at(self) -> datetime | None:
        """When the link stops working; None for the first steward's, which waits as long as it must."""
        return None if self.for_first_steward else self.made_at + INVITATION_LIFETIME

    @property
    def link(self) -> str:
        """The address to hand over, with this node's origin."""
        return f"{settings.ORIGIN}{self.get_absolute_url()}"
