"""Saying what is wrong with a thing, and why words are taken out of a talk."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from federation.models import Flag
from federation.models.moderation import LONGEST_REASON, LONGEST_WORDS
from frontend.forms import Paragraphs


class ReportForm(forms.Form):
    about = forms.CharField(max_length=500, widget=forms.HiddenInput)
    reason = forms.ChoiceField(label=_("What is wrong with it"), choices=Flag.Reason.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("What should the stewards know"),
        required=False,
        max_length=LONGEST_WORDS - 200,
        widget=Paragraphs(attrs={"rows": 5}),
        help_text=_("Say what they should look at, and why. They read this, and the thing itself, whoever it was for."),
    )
    told = forms.BooleanField(
        label=_("The stewards may know my name"),
        required=False,
        help_text=_("Otherwise nobody learns who you are, here or on another node."),
    )


class TakingOutForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it is taken out"),
        max_length=LONGEST_REASON,
        widget=Paragraphs(attrs={"rows": 3}),
        help_text=_("Whoever wrote it reads this."),
    )
