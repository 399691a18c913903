"""Saying what is wrong with a thing, and why words are taken out of a talk."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from federation.models import Flag
from federation.models.moderation import LONGEST_WORDS
from frontend.forms import Paragraphs
from notifications.kinds import PARAM_LENGTH


class ReportForm(forms.Form):
    """`name` is what the reporter is called here; told only where they want that."""

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

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name = name

    def clean_told(self) -> str:
        """The name that is told; empty for none."""
        wanted = self.cleaned_data["told"]
        if wanted and not self.name:
            raise ValidationError(
                _(
                    "You have no name here that we could tell: no page of your own, and none in a group. Write your"
                    " name into the words above, or do not tick this."
                )
            )
        return self.name if wanted else ""


class TakingOutForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it is taken out"),
        max_length=PARAM_LENGTH,
        widget=Paragraphs(attrs={"rows": 3}),
        help_text=_("Whoever wrote it reads this. At most 300 characters."),
    )
