"""Telling whether something was done, and what came of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from atlas.editing import EditFormMixin
from atlas.fieldtypes import DayField
from events.models import Gathering
from frontend.forms import Paragraphs


class OutcomeForm(EditFormMixin, forms.ModelForm):
    outcome = forms.ChoiceField(
        label=_("Was it done?"),
        choices=[(Gathering.Outcome.DONE, _("Yes, it was done")), (Gathering.Outcome.NOT_DONE, _("No, not done"))],
        widget=forms.RadioSelect,
        help_text=_("Not done is worth knowing too: others learn from it."),
    )
    outcome_on = DayField(label=_("On which day?"))

    class Meta:
        model = Gathering
        fields = ("outcome", "outcome_on", "outcome_note")
        help_texts = {
            "outcome_note": _("What people made, found out or decided, and what comes next. You can use Markdown."),
        }
        widgets = {"outcome_note": Paragraphs(attrs={"rows": 6})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.outcome_on is None and self.instance.last_moment is not None:
            last = timezone.localdate(self.instance.last_moment, self.instance.zone)
            self.initial["outcome_on"] = min(last, timezone.localdate())

    def clean_outcome_on(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["outcome_on"]
        if day is not None and day > timezone.localdate(timezone=self.instance.zone):
            message = _("“%(value)s” is still to come. Choose a day that has been, or leave it empty.")
            raise ValidationError(message, "future", {"value": day.isoformat()})
        return day

    def _post_clean(self) -> None:
        """The instance stays as it is: an action writes."""
