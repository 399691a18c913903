"""Forms of groups and of joining them."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from atlas.attaching import AttachmentsFormMixin
from atlas.editing import EditFormMixin
from atlas.fields import ConceptsField, LanguageField, LanguagesField, PointFormMixin, TopicsField
from atlas.formfields import WebAddressField
from cop.models import Group
from frontend import writing
from frontend.checking import WritingHelpMixin
from frontend.forms import OnceFormMixin, Paragraphs
from frontend.writing import Help


class GroupForm(WritingHelpMixin, AttachmentsFormMixin, EditFormMixin, PointFormMixin, forms.ModelForm):
    """One screen: only the name is needed, the rest can come later."""

    writing_help = writing.offer(Help("group", ("summary",)))
    kinds = ConceptsField("group-kind", label=_("What kind of group is it?"), help_text=_("As many as fit, or none."))
    topics = TopicsField(label=_("What is it about?"), help_text=_("Up to six topics."))
    languages = LanguagesField(label=_("Languages spoken"))
    language = LanguageField()
    website = WebAddressField(label=_("Website"))

    class Meta:
        model = Group
        fields = (
            "name",
            "summary",
            "kinds",
            "topics",
            "joining",
            "area",
            "lat",
            "lon",
            "languages",
            "language",
            "website",
        )
        help_texts = {
            "summary": _("A few sentences that a newcomer understands. You can use Markdown."),
            "area": _("In words, for example Camden. A group at risk can give an area and no point, or neither."),
        }
        widgets = {"summary": Paragraphs(attrs={"rows": 6}), "joining": forms.RadioSelect}


class NewGroupForm(OnceFormMixin, GroupForm):
    """A new group, founded once."""


class JoinForm(forms.Form):
    """What a group is told about somebody who wants to join."""

    name = forms.CharField(
        label=_("Your name, as the group should know you"), max_length=120, help_text=_("Only the group sees it.")
    )
    message = forms.CharField(
        label=_("A word to the group"), max_length=500, required=False, widget=Paragraphs(attrs={"rows": 3})
    )


class AnswerForm(forms.Form):
    """A steward's answer to a request."""

    answer = forms.ChoiceField(choices=[("accept", _("Let in")), ("refuse", _("Do not let in"))])


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=[("steward", _("Steward")), ("member", _("Member"))])
