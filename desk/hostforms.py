"""Asking somebody to welcome newcomers."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from atlas.fieldtypes import quote
from cop.forms.hosts import WelcomeForm
from cop.models import Person


class AskHostForm(WelcomeForm):
    """Whom, by what a steward knows of them, and words to begin with."""

    who = forms.CharField(
        label=_("Whom do you ask?"),
        max_length=500,
        help_text=_("The e-mail address of their account here, or the address of their page on this node."),
    )
    field_order = ("who",)

    def clean_who(self) -> User:
        """Raises ValidationError where nobody here has that address."""
        said = self.cleaned_data["who"].strip()
        path = said.removeprefix(settings.ORIGIN)
        shown = Person.objects.ours().filter(is_public=True, public_id=path.removeprefix("/people/").rstrip("/"))
        named = Q(actor__in=shown.values("actor")) if path.startswith("/people/") else Q(email__iexact=said)
        user = User.objects.filter(named, is_active=True).first()
        if user is None:
            message = _("Nobody with an account on this node has the address “%(who)s”. Invite them first.")
            raise ValidationError(message, params={"who": quote(said)})
        return user
