"""Two needs and offers with a shape of their own: a brief for a course, and what an authority or institution opens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from atlas import licences
from cop.forms.proposals import ProposalEditForm, ProposalForm, SpeakerFormMixin
from cop.models import Proposal
from frontend.forms import Paragraphs

Shape, Support = Proposal.Shape, Proposal.Support

# What is opened is a kind of support too, so that it is found where people look for that.
SUPPORT_OF = {
    Proposal.Opens.ROOM: Support.SPACE,
    Proposal.Opens.DATA: Support.OTHER,
    Proposal.Opens.CONTACT: Support.EXPERTISE,
}


class BriefEditForm(ProposalEditForm):
    """A need that a course can work on: from when to when is its term."""

    shape = Shape.BRIEF
    quantity = None  # how large it is, is said by the size of the module
    output_licence = forms.ChoiceField(
        label=_("Licence of the results"),
        choices=list(licences.NAMES.items()),
        initial=licences.DEFAULT,
        help_text=_("What others may do with what the students make. They are named with it."),
    )

    class Meta(ProposalEditForm.Meta):
        fields = (
            "title", "summary", "topics", "area", "lat", "lon", "online", "starts", "until", "language",
            *Proposal.OF_BRIEFS,
        )  # fmt: skip
        help_texts = {
            "summary": _("What is the problem, who has it, and what has been tried? You can use Markdown."),
            "module_size": _("For example: 24 students, 15 credits."),
            "supervisor": _("The person on your side whom students turn to: a name, or what they do."),
            "output": _("For example: a map of all step-free halls, with a short report."),
            "ethics": _("Who may be asked what, how consent is given, what must not be published."),
            "safeguarding": _("Who must not be met alone, who has to be checked, whom to call."),
        }
        widgets = {
            "summary": Paragraphs(attrs={"rows": 5}),
            "ethics": Paragraphs(attrs={"rows": 3}),
            "safeguarding": Paragraphs(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("starts", "until", "supervisor", "output"):
            self.fields[name].required = True
        self.fields["starts"].label, self.fields["until"].label = _("Term begins"), _("Term ends")
        self.fields["starts"].help_text = self.fields["until"].help_text = ""

    def changes(self) -> dict[str, Any]:
        return super().changes() | {"shape": self.shape, "support": Support.STUDENT_PROJECT}


class BriefForm(SpeakerFormMixin, BriefEditForm):
    """A new brief."""


class OpeningEditForm(ProposalEditForm):
    """A room, data or a person to talk to, open to all groups on the same terms."""

    shape = Shape.OPENING
    opens = forms.ChoiceField(
        label=_("What you open"),
        choices=[each for each in Proposal.Opens.choices if each[0]],
        widget=forms.RadioSelect,
    )

    class Meta(ProposalEditForm.Meta):
        fields = (
            "title", "summary", "opens", "opened_by", "topics", "area", "lat", "lon", "online", "starts", "until",
            "quantity", "unit", "language",
        )  # fmt: skip
        help_texts = {
            "summary": _("What it is, on which conditions, how to ask. You can use Markdown."),
            "opened_by": _("The office and the role that answer for it, for example: Housing Strategy, duty officer."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["opened_by"].required = self.fields["until"].required = True
        self.fields["until"].help_text = _("It is asked for again then, so that nobody counts on what has gone.")

    def changes(self) -> dict[str, Any]:
        support = SUPPORT_OF[Proposal.Opens(self.cleaned_data["opens"])]
        return super().changes() | {"shape": self.shape, "support": support}


class OpeningForm(SpeakerFormMixin, OpeningEditForm):
    """A new opening."""


NEW_FORMS: dict[tuple[str, str], type[ProposalForm | BriefForm | OpeningForm]] = {
    ("need", Shape.PLAIN): ProposalForm,
    ("offer", Shape.PLAIN): ProposalForm,
    ("need", Shape.BRIEF): BriefForm,
    ("offer", Shape.OPENING): OpeningForm,
}
"""By direction and shape."""

EDIT_FORMS = {Shape.PLAIN: ProposalEditForm, Shape.BRIEF: BriefEditForm, Shape.OPENING: OpeningEditForm}
