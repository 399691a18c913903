"""One screen to say what one knows."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from atlas.attaching import AttachmentsFormMixin
from atlas.editing import EditFormMixin
from atlas.fields import LanguageField, LanguagesField, TopicsField
from cop.forms.matches import MOST_HOURS
from cop.forms.proposals import SpeakerFormMixin
from cop.models import Expertise
from cop.models.expertise import WAYS
from frontend import writing
from frontend.checking import WritingHelpMixin
from frontend.forms import Paragraphs
from frontend.writing import Basic, Help


class ExpertiseEditForm(WritingHelpMixin, AttachmentsFormMixin, EditFormMixin, forms.ModelForm):
    writing_help = writing.offer(
        Help("expertise", ("summary", "experience"), (Basic(("ways",), _("You do not say how you can help.")),))
    )
    topics = TopicsField(
        required=True, help_text=_("At least one and up to six: people look for what you know by topic.")
    )
    ways = forms.MultipleChoiceField(
        label=_("How you can help"), choices=WAYS, required=False, widget=forms.CheckboxSelectMultiple
    )
    hours_budget = forms.DecimalField(
        label=_("Hours to give"), required=False, min_value=0, max_value=MOST_HOURS, decimal_places=2
    )
    languages = LanguagesField(label=_("Languages in which you can do it"))
    language = LanguageField()

    class Meta:
        model = Expertise
        fields = (
            "title", "summary", "experience", "ways", "terms", "hours_budget", "professional_body", "conflict",
            "topics", "languages", "area", "online", "language",
        )  # fmt: skip
        help_texts = {
            "title": _("For example: reading a viability assessment."),
            "summary": _("What you can help with, and with what you cannot. You can use Markdown."),
            "experience": _("In one or two sentences, as you would tell a neighbour."),
            "hours_budget": _("How many hours you can give in all. What matches take of it is counted down."),
            "professional_body": _("If you belong to one, with your number if you like."),
            "conflict": _("For example: you also advise landlords. Whoever asks you reads it first."),
            "area": _("In words, for example Hackney. It never has a point on the map."),
        }
        widgets = {"summary": Paragraphs(attrs={"rows": 5}), "terms": forms.RadioSelect}


class ExpertiseForm(SpeakerFormMixin, ExpertiseEditForm):
    """What one knows, for the first time."""
