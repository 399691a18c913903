"""One screen to publish a place."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from atlas.attaching import AttachmentsFormMixin
from atlas.editing import EditFormMixin
from atlas.fields import LanguageField, PointFormMixin, TopicsField
from atlas.formfields import WebAddressField
from cop.forms.proposals import SpeakerFormMixin
from cop.models import Place
from cop.models.places import ACCESS
from frontend import writing
from frontend.checking import WritingHelpMixin
from frontend.forms import Paragraphs
from frontend.writing import Basic, Help


class PlaceEditForm(WritingHelpMixin, AttachmentsFormMixin, EditFormMixin, PointFormMixin, forms.ModelForm):
    writing_help = writing.offer(
        Help("place", ("summary", "give_back"), (Basic(("opening",), _("You do not say when people can come.")),))
    )
    topics = TopicsField(help_text=_("Up to six topics; people who follow them are told."))
    access = forms.MultipleChoiceField(
        label=_("What helps people to get in and stay"),
        choices=ACCESS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    website = WebAddressField(label=_("Website"))
    language = LanguageField()

    class Meta:
        model = Place
        fields = (
            "kind", "name", "summary", "services", "give_back", "address", "postcode", "area", "lat", "lon", "opening",
            "step_free", "access", "access_note", "website", "topics", "language",
        )  # fmt: skip
        help_texts = {
            "summary": _("What people do here, who it is for, how to book. You can use Markdown."),
            "services": _("One a line, for example: homework club, Tuesday 4pm."),
            "give_back": _("What helps the place in return: an hour of cleaning, a talk, tools, plants."),
            "address": _("Street and number, as you would write it on a letter."),
            "area": _("In words, for example Camden, London."),
            "opening": _("For example: Monday to Friday 9am to 6pm, Saturday on request."),
            "access_note": _("For example: ring at the side door, somebody comes to help."),
        }
        widgets = {
            "summary": Paragraphs(attrs={"rows": 5}),
            "services": Paragraphs(attrs={"rows": 4}),
            "give_back": Paragraphs(attrs={"rows": 3}),
            "opening": Paragraphs(attrs={"rows": 3}),
            "step_free": forms.RadioSelect,
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("address") and not data.get("area") and data.get("lat") is None and "lat" not in self.errors:
            self.add_error("address", _("Say where it is: give an address, an area or a point."))
        return data


class PlaceForm(SpeakerFormMixin, PlaceEditForm):
    """A new place."""
