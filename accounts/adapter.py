"""How allauth behaves on a node: who may sign up, and what a mail server that is down means."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from allauth.core.exceptions import ImmediateHttpResponse
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpRequest
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.access import invitation_in_hand, may_sign_up, signup_mode
from accounts.models import User

log = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """True, or a page that says how people join this node (403)."""
        if may_sign_up(request):
            return True
        page = render(request, "accounts/signup_refused.html", {"mode": signup_mode()}, status=403)
        raise ImmediateHttpResponse(page)

    def is_email_verified(self, request: HttpRequest, email: str) -> bool:
        """The first steward reads the node's own console: no mail has to work for them to begin."""
        invitation = invitation_in_hand(request)
        return bool(invitation and invitation.for_first_steward) or super().is_email_verified(request, email)

    def clean_email(self, email: str) -> str:
        """allauth bounds the column and not the field: PostgreSQL would answer a longer one with an error."""
        longest = User._meta.get_field("email").max_length
        if len(email) > longest:
            raise ValidationError(
                _("This e-mail address has %(length)s characters. We can keep at most %(longest)s."),
                params={"length": len(email), "longest": longest},
            )
        return super().clean_email(email)

    def is_safe_url(self, url: str) -> bool:
        """allauth parses before it checks: an address that is none (`https://[`) is nowhere to go to either."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def save_user(self, request: HttpRequest, user: User, form: BaseForm, commit: bool = True) -> User:
        """A new account speaks the language of the page it was made on."""
        language = get_language()
        if language in User.Language.values:
            user.language = language
        return super().save_user(request, user, form, commit)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Hands the mail over, or answers with a page that says it could not be sent (503)."""
        try:
            super().send_mail(template_prefix, email, context)
        except OSError as error:  # smtplib's errors are OSErrors too
            log.error("mail %s was not accepted: %s", template_prefix, error)
            page = render(allauth_context.request, "accounts/mail_refused.html", status=503)
            raise ImmediateHttpResponse(page) from error
