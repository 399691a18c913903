"""What a browser may ask of notices."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications import matters
from notifications.models import Follow, Matter, Pace

if TYPE_CHECKING:
    from accounts.models import User

NEWEST_ID = 2**63 - 1


class FollowForm(forms.Form):
    kind = forms.ChoiceField(
        choices=Follow.Kind.choices,
        error_messages={
            "invalid_choice": _("“%(value)s” cannot be followed. Choose topic, group, person, area or filter.")
        },
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


class MailForm(forms.Form):
    """How soon mail comes about each matter, and when none comes."""

    quiet_from = forms.TimeField(
        label=_("Quiet from"), required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )
    quiet_until = forms.TimeField(
        label=_("Quiet until"),
        required=False,
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        help_text=_("By the clock in your time zone. E-mail waits until the quiet hours are over."),
    )

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data)
        chosen = matters.paces_of([user.pk])[user.pk]
        hours = getattr(user, "quiet_hours", None)
        self.initial |= {"quiet_from": hours.begins, "quiet_until": hours.ends} if hours else {}
        bad = _("“%(value)s” is not a choice here. Choose off, at-once or daily.")
        choices = {
            matter: forms.ChoiceField(
                label=label,
                help_text=matters.EXPLAINED[Matter(matter)],
                choices=Pace.choices,
                initial=chosen[matter],
                widget=forms.RadioSelect,
                error_messages={"invalid_choice": bad},
            )
            for matter, label in Matter.choices
            if matter != Matter.NODE or user.is_steward
        }
        self.fields = {**choices, **self.fields}

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        if {"quiet_from", "quiet_until"} <= found.keys():
            begins, ends = found["quiet_from"], found["quiet_until"]
            if (begins is None) != (ends is None):
                missing = "quiet_from" if begins is None else "quiet_until"
                self.add_error(missing, _("Quiet hours need both times. Leave both empty for none."))
            elif begins is not None and begins == ends:
                self.add_error("quiet_until", _("Choose another time than the one they begin at."))
        return found

    @property
    def paces(self) -> dict[str, str]:
        return {name: value for name, value in self.cleaned_data.items() if name in Matter.values}

    @property
    def quiet(self) -> tuple[dt.time, dt.time] | None:
        begins, ends = self.cleaned_data["quiet_from"], self.cleaned_data["quiet_until"]
        return (begins, ends) if begins is not None else None
