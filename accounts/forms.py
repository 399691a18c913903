"""Forms about accounts. Every refusal names the value and what is accepted."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.core import context as allauth_context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import zones
from accounts.access import SESSION_KEY, InvitationRefused, invitation_in_hand, signup_mode
from accounts.actions import known_language, known_zone, use_invitation
from accounts.models import SignupPolicy, User


class PasskeyForm(AddWebAuthnForm):
    """allauth's form in plain words. The page promises a sign-in with nothing to remember: that is what is ticked."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name, alone = self.fields["name"], self.fields["passwordless"]
        name.label, name.help_text = _("Name of this passkey"), _("For yourself, for example: my phone.")
        alone.label = _("It lets me in without a password")
        alone.help_text = _(
            "Your device then asks for your fingerprint, your face or a PIN. Old security keys cannot do it."
        )
        alone.initial = True


class SignupForm(allauth_forms.SignupForm):
    """allauth's form; the account and the invitation that allowed it are written together or not at all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        invitation = invitation_in_hand(allauth_context.request)
        if invitation and invitation.email:
            self.fields["email"].initial = invitation.email
        if "password1" in self.fields:
            self.fields["password1"].help_text = _(
                "You can leave this empty: we then send a code to your e-mail address each time you sign in."
            )

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        try:
            return super().try_save(request)
        except IntegrityError:  # the same address signed up in the same moment
            self.account_already_exists = True
            return super().try_save(request)

    @transaction.atomic
    def save(self, request: HttpRequest) -> User:
        user = super().save(request)
        token = request.session.get(SESSION_KEY)
        try:
            if token:
                use_invitation(token, user)
        except InvitationRefused:
            if signup_mode() != SignupPolicy.Mode.OPEN:
                page = reverse("accounts:invitation", args=[token])
                raise ImmediateHttpResponse(HttpResponseRedirect(page)) from None
        request.session.pop(SESSION_KEY, None)
        return user


class LanguageForm(forms.Form):
    language = forms.CharField(label=_("Language"), max_length=80, widget=forms.Select(choices=User.Language.choices))

    def clean_language(self) -> str:
        return known_language(self.cleaned_data["language"])


class SettingsForm(LanguageForm):
    time_zone = forms.CharField(
        label=_("Time zone"),
        max_length=80,
        widget=forms.Select(),
        help_text=_("Dates and hours on this node are shown to you in this time zone."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].widget.choices = zones.choices()

    def clean_time_zone(self) -> str:
        return known_zone(self.cleaned_data["time_zone"])


class SignupPolicyForm(forms.Form):
    mode = forms.CharField(
        label=_("How new people come to have an account"),
        max_length=80,
        widget=forms.RadioSelect(choices=SignupPolicy.Mode.choices),
    )


class InvitationForm(forms.Form):
    email = forms.EmailField(
        label=_("Their e-mail address"),
        required=False,
        max_length=254,
        help_text=_("We send them the link. Leave this empty to copy the link and hand it over yourself."),
    )
    makes_steward = forms.BooleanField(label=_("They become a steward of this node"), required=False)
