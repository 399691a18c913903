"""Needs and offers with a shape of their own: a brief for a course, what an authority or institution opens, and what is
to lend."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from atlas import licences
from atlas.formfields import CountField, ZoneField
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


class LendingEditForm(ProposalEditForm):
    """A thing or a room to lend. What a day is, and whether it is lent by days, stays as it was first said: others
    have reserved by it."""

    shape = Shape.LENDING
    quantity = None  # how many there are is said in whole numbers
    support = forms.ChoiceField(
        label=_("What do you lend?"),
        choices=[(Support.EQUIPMENT, _("A thing")), (Support.SPACE, _("A room or another space"))],
        widget=forms.RadioSelect,
    )
    how_many = CountField(
        label=_("How many there are"),
        most=Proposal.MOST_COPIES,
        initial=1,
        help_text=_("So many can be lent at the same time."),
    )
    longest = CountField(
        label=_("For how long at most"),
        most=Proposal.MOST_UNITS,
        required=False,
        help_text=_("In days or hours, as you lend it. Leave empty for 14 days or 8 hours."),
    )
    lends_to = forms.ChoiceField(
        label=_("Who may have it?"),
        choices=[each for each in Proposal.LendsTo.choices if each[0]],
        initial=Proposal.LendsTo.ASK,
        widget=forms.RadioSelect,
    )

    class Meta(ProposalEditForm.Meta):
        fields: tuple[str, ...] = (
            "title", "summary", "support", "how_many", "longest", "lends_to", "terms", "topics", "area", "lat", "lon",
            "starts", "until", "language",
        )  # fmt: skip
        help_texts = {
            "summary": _("What it is, what state it is in, what belongs to it. You can use Markdown."),
            "terms": _("For example: bring it back clean; we keep 20 pounds until then. No money is handled here."),
        }
        widgets = {"summary": Paragraphs(attrs={"rows": 5}), "terms": Paragraphs(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts"].help_text = _("Leave empty if it can be had from now on.")

    def changes(self) -> dict[str, Any]:
        said = super().changes() | {"shape": self.shape}
        lent_by = said.get("lent_by") or self.instance.lent_by
        return said | {"longest": said["longest"] or Proposal.USUAL_UNITS[lent_by]}


class LendingForm(SpeakerFormMixin, LendingEditForm):
    """Something new to lend."""

    lent_by = forms.ChoiceField(
        label=_("How is it lent?"),
        choices=[each for each in Proposal.LentBy.choices if each[0]],
        initial=Proposal.LentBy.DAY,
        widget=forms.RadioSelect,
        help_text=_("It cannot be changed afterwards."),
    )
    time_zone = ZoneField(help_text=_("Where its days begin and end. It cannot be changed afterwards."))

    class Meta(LendingEditForm.Meta):
        fields = (*LendingEditForm.Meta.fields, "lent_by", "time_zone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("time_zone", timezone.get_current_timezone_name())


NEW_FORMS: dict[tuple[str, str], type[ProposalForm | BriefForm | OpeningForm | LendingForm]] = {
    ("need", Shape.PLAIN): ProposalForm,
    ("offer", Shape.PLAIN): ProposalForm,
    ("need", Shape.BRIEF): BriefForm,
    ("offer", Shape.OPENING): OpeningForm,
    ("offer", Shape.LENDING): LendingForm,
}
"""By direction and shape."""

EDIT_FORMS = {
    Shape.PLAIN: ProposalEditForm,
    Shape.BRIEF: BriefEditForm,
    Shape.OPENING: OpeningEditForm,
    Shape.LENDING: LendingEditForm,
}
