"""The words of a welcome, and who may read of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cop.models import Host
from cop.models.hosts import LONGEST_WELCOME
from frontend.forms import Paragraphs

LABELS = {"en": _("Welcome in English"), "it": _("Welcome in Italian")}


class WelcomeForm(forms.Form):
    """One box for each language; at least one says something."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language in User.Language.values:
            self.fields[f"welcome_{language}"] = forms.CharField(
                label=LABELS[language],
                required=False,
                max_length=LONGEST_WELCOME,
                widget=Paragraphs(attrs={"rows": 4, "lang": language}),
                help_text=_("At most 600 characters. Leave it empty if newcomers are not welcomed in this language."),
            )

    def words(self) -> dict[str, str]:
        """By language; empty ones too."""
        return {language: self.cleaned_data[f"welcome_{language}"] for language in User.Language.values}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        names = [f"welcome_{language}" for language in User.Language.values]
        if not any(data.get(name) or name in self.errors for name in names):
            self.add_error(names[0], _("Write a welcome in at least one language."))
        return data


class HostForm(WelcomeForm):
    """Of the host alone."""

    to_visitors = forms.BooleanField(
        label=_("Show my name to people without an account too"),
        required=False,
        help_text=_("They read that you welcome newcomers here, and nothing else."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if name != "to_visitors"])

    @classmethod
    def of(cls, host: Host, data: Any) -> HostForm:
        said = {f"welcome_{each.language}": each.text for each in host.welcomes.all()}
        return cls(data, initial={**said, "to_visitors": host.to_visitors})
