"""What a browser may ask of notices."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.models import Follow

NEWEST_ID = 2**63 - 1


class FollowForm(forms.Form):
    kind = forms.ChoiceField(
        choices=Follow.Kind.choices,
        error_messages={"invalid_choice": _("“%(value)s” cannot be followed. Choose topic, group or person.")},
    )
    target = forms.CharField(max_length=500)
    name = forms.CharField(max_length=300, required=False)


class ReadForm(forms.Form):
    up_to = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=NEWEST_ID,
        error_messages={"invalid": _("We could not tell which notices you meant. Try again.")},
    )
