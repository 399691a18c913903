"""What makes a group a community of practice: its attributes, its formal roles, and its tables without form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from atlas.editing import EditFormMixin
from atlas.fieldtypes import DayField
from cop.models import Group
from frontend.forms import Paragraphs

MOST_LINES = 20


class RoleLine(forms.Form):
    title = forms.CharField(label=_("Role"), max_length=100, required=False)
    holder = forms.CharField(label=_("Who"), max_length=120, required=False)
    starts, ends = DayField(label=_("From")), DayField(label=_("To"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if (data.get("holder") or data.get("starts") or data.get("ends")) and not data.get("title"):
            self.add_error("title", _("Say which role it is."))
        if data.get("starts") and data.get("ends") and data["ends"] < data["starts"]:
            self.add_error("ends", _("This is before it begins. Choose a later day, or leave it empty."))
        return data


class TableLine(forms.Form):
    name = forms.CharField(label=_("Table"), max_length=100, required=False)
    when = forms.CharField(label=_("When and where"), max_length=100, required=False)
    about = forms.CharField(label=_("What about"), max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if (data.get("when") or data.get("about")) and not data.get("name"):
            self.add_error("name", _("Give it a name by which people find it."))
        return data


class BaseLines(forms.BaseFormSet):
    """Lines of which each has a first field that names it; those that were emptied go."""

    def listed(self, first: str) -> list[dict[str, str]]:
        found = []
        for each in self.cleaned_data:
            if each.get(first):
                told = {
                    name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in each.items()
                }
                found.append({name: value or "" for name, value in told.items()})
        return found


Roles = forms.formset_factory(RoleLine, formset=BaseLines, extra=2, max_num=MOST_LINES, validate_max=True)
Tables = forms.formset_factory(TableLine, formset=BaseLines, extra=2, max_num=MOST_LINES, validate_max=True)


class PracticeForm(EditFormMixin, forms.ModelForm):
    class Meta:
        model = Group
        fields = Group.ATTRIBUTES
        widgets = {name: Paragraphs(attrs={"rows": 3}) for name in Group.ATTRIBUTES}
        help_texts = {
            "subject": _("The matter that you all want to understand better."),
            "practice": _("What you do, and how others learn from it: visits, cases, labs, reading together."),
            "motivation": _("Nobody has to be here. What brings people back?"),
        }
