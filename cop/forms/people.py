"""The form of one's own page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from atlas.fields import LanguageField, LanguagesField, TopicsField
from cop.models import Person
from frontend.forms import Paragraphs


class PersonForm(forms.ModelForm):
    """Every field has its own "show" box; nothing is shown before the page itself is."""

    topics = TopicsField(label=_("Topics I know about"))
    languages = LanguagesField(label=_("Languages I speak"))
    language = LanguageField()
    shown = forms.MultipleChoiceField(
        label=_("Show on my page"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[
            ("summary", _("What I can help with")),
            ("topics", _("Topics I know about")),
            ("practice", _("How I work")),
            ("languages", _("Languages I speak")),
            ("area", _("My area")),
            ("groups", _("The groups I am in")),
        ],
        help_text=_("What is not ticked is seen by nobody but you."),
    )

    class Meta:
        model = Person
        fields = ("name", "summary", "topics", "practice", "languages", "area", "language", "shown", "is_public")
        help_texts = {
            "area": _("In words, for example Hackney. Your page never has a point on the map."),
            "is_public": _("Everyone on all nodes can then read your name and what you ticked above."),
        }
        widgets = {"summary": Paragraphs(attrs={"rows": 5})}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("is_public") and not data.get("name"):
            self.add_error("name", _("Give a name to show your page; it can be the one people call you by."))
        return data

    def changes(self) -> dict[str, Any]:
        return dict(self.cleaned_data)
