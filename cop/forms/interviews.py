"""A ten-minute interview: six questions, answered in writing or by pasting what was said."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cop.models import Interview
from frontend.forms import Paragraphs

HINTS = {
    "asked_for": _("Two minutes. The one thing neighbours, colleagues or friends ask you about most."),
    "story": _("Three minutes. What was the problem, what did you do, what came of it?"),
    "learnt": _("One minute. From whom, where, in how long?"),
    "advice": _("Two minutes. What do people usually get wrong?"),
    "help": _("One minute. In a talk, by reading, by doing it together; and how much time you have."),
    "limits": _("One minute. So that nobody comes in vain."),
}


class InterviewForm(forms.ModelForm):
    language = forms.ChoiceField(label=_("Language of the answers"), choices=User.Language.choices)

    class Meta:
        model = Interview
        fields = ("language", *Interview.QUESTIONS)
        help_texts = HINTS
        widgets = {name: Paragraphs(attrs={"rows": 4}) for name in Interview.QUESTIONS}

    def answers(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in Interview.QUESTIONS}
