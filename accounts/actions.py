"""What people do with accounts. Each function opens its own transaction and checks who asks."""

from __future__ import annotations

import logging

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.http import Http404
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import zones
from accounts.access import InvitationRefused, already_used, invitation_for_use, require_steward
from accounts.models import INVITATION_LIFETIME, Invitation, SignupPolicy, User

log = logging.getLogger(__name__)


class AlreadyInvited(ValueError):
    """A link waits for that address; the argument is the address."""


@transaction.atomic
def make_account(
    email: str,
    password: str | None = None,
    *,
    language: str = "en",
    time_zone: str = "Europe/London",
    is_steward: bool = False,
) -> User:
    """An account made by the node itself (demo, commands), not by a visitor: its address needs no proof.

    Raises ValidationError for a bad address, language or zone, and when the address has an account already.
    """
    validate_email(email)
    if User.objects.filter(email__iexact=email).exists():
        raise ValidationError(_("%(value)s has an account here already."), params={"value": email})
    user = User.objects.create_user(
        email,
        password,
        language=known_language(language),
        time_zone=known_zone(time_zone),
        is_steward=is_steward,
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def set_language(user: User, language: str) -> None:
    """Pages and mails to this person use `language` from now on. Raises ValidationError for another."""
    user.language = known_language(language)
    user.save(update_fields=["language"])


def set_time_zone(user: User, zone: str) -> None:
    """Dates shown to this person use `zone`, an IANA name. Raises ValidationError for an unknown one."""
    user.time_zone = known_zone(zone)
    user.save(update_fields=["time_zone"])


@transaction.atomic
def set_settings(user: User, *, language: str, time_zone: str) -> None:
    """Both choices of the settings page, or neither."""
    set_language(user, language)
    set_time_zone(user, time_zone)


@transaction.atomic
def set_signup_policy(steward: User, mode: str) -> None:
    """How new people come: open, invitation or closed. Raises ValidationError naming any other value."""
    require_steward(steward)
    if mode not in SignupPolicy.Mode.values:
        raise ValidationError(
            _("“%(value)s” is not a way to sign up. Choose open, invitation or closed."),
            params={"value": mode[:80]},
        )
    SignupPolicy.objects.update_or_create(id=1, defaults={"mode": mode})
    log.info("sign-up is now %s, set by %s", mode, steward)


@transaction.atomic
def invite(steward: User, email: str = "", *, makes_steward: bool = False) -> Invitation:
    """A link for one new person. Nothing is sent: see `send_invitation`.

    Raises AlreadyInvited while an unused link waits for that address, ValidationError for a bad one.
    """
    require_steward(steward)
    email = email.lower()
    if email:
        validate_email(email)
        too_old = timezone.now() - INVITATION_LIFETIME
        Invitation.objects.filter(email=email, used_at__isnull=True, made_at__lt=too_old).delete()
    try:
        with transaction.atomic():
            return Invitation.objects.create(email=email, makes_steward=makes_steward, made_by=steward)
    except IntegrityError:
        raise AlreadyInvited(email) from None


def send_invitation(invitation: Invitation) -> bool:
    """Mails the link to the invited address. False when no mail server took it; the link works anyway."""
    context = {"invitation": invitation, "node": settings.ORIGIN}
    subject = render_to_string("accounts/email/invitation_subject.txt", context).strip()
    body = render_to_string("accounts/email/invitation_message.txt", context)
    try:
        return bool(send_mail(subject, body, None, [invitation.email]))
    except OSError as error:  # smtplib's errors are OSErrors too
        log.warning("mail with %s was not accepted: %s", invitation, error)
        return False


@transaction.atomic
def withdraw_invitation(steward: User, invitation_id: int) -> None:
    """The link stops working. Raises Http404 when there is no such unused invitation."""
    require_steward(steward)
    deleted, _by_kind = Invitation.objects.filter(
        pk=invitation_id, used_at__isnull=True, for_first_steward=False
    ).delete()
    if not deleted:
        raise Http404


@transaction.atomic
def use_invitation(token: str, user: User) -> None:
    """Marks the link used by `user` and gives what it promises. Raises InvitationRefused if it is used up."""
    invitation = invitation_for_use(token)
    taken = Invitation.objects.filter(pk=invitation.pk, used_at__isnull=True).update(
        used_at=timezone.now(), used_by=user
    )
    if not taken:
        raise already_used()
    if invitation.makes_steward and not user.is_steward:
        user.is_steward = True
        user.save(update_fields=["is_steward"])
        log.info("%s became a steward through %s", user, invitation)


@transaction.atomic
def accept_stewardship(token: str, user: User) -> None:
    """Somebody with an account takes the steward's role a link offers. Raises InvitationRefused if none."""
    if not invitation_for_use(token).makes_steward:
        raise InvitationRefused(_("You have an account here already, and this link is for somebody new."), 409)
    use_invitation(token, user)


def first_steward_link() -> str | None:
    """The address to print at start: the same unused link until the node has a steward, then None."""
    if User.objects.filter(is_steward=True).exists():
        return None
    waiting = Invitation.objects.filter(for_first_steward=True, used_at__isnull=True)
    try:
        with transaction.atomic():
            invitation = waiting.first()
            if invitation is None:
                invitation = Invitation.objects.create(for_first_steward=True, makes_steward=True)
    except IntegrityError:  # another process of this node made it just now
        invitation = waiting.get()
    return invitation.link


def known_language(language: str) -> str:
    if language not in User.Language.values:
        raise ValidationError(
            _("“%(value)s” is not a language of this node. Choose one of: %(accepted)s."),
            params={"value": language[:80], "accepted": ", ".join(User.Language.labels)},
        )
    return language


def known_zone(zone: str) -> str:
    if zone not in zones.known():
        raise ValidationError(
            _("“%(value)s” is not a time zone we know. Choose one from the list, such as Europe/London."),
            params={"value": zone[:80]},
        )
    return zone
