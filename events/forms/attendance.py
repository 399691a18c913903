"""Coming to a gathering, and the organisers' answer."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from frontend.forms import Paragraphs


class AttendForm(forms.Form):
    """What the organisers are told about somebody who wants to come."""

    name = forms.CharField(
        label=_("Your name, as the organisers should know you"),
        max_length=120,
        help_text=_("Only the organisers see it."),
    )
    message = forms.CharField(
        label=_("A word to the organisers"),
        max_length=500,
        required=False,
        help_text=_("For example what you need to take part."),
        widget=Paragraphs(attrs={"rows": 3}),
    )


class AnswerForm(forms.Form):
    """The organisers' answer to a request, or the taking back of a place."""

    answer = forms.ChoiceField(choices=[("accept", _("Give a place")), ("refuse", _("No place"))])
