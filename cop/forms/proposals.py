"""One screen to publish a need or an offer."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from atlas.attaching import AttachmentsFormMixin
from atlas.editing import EditFormMixin
from atlas.fields import LanguageField, PointFormMixin, TopicsField
from atlas.formfields import WallTimeField, in_zone, wall_time
from cop.access import SELF, groups_spoken_for
from cop.models import Person, Proposal
from federation import audiences
from frontend import writing
from frontend.checking import WritingHelpMixin
from frontend.forms import OnceFormMixin, Paragraphs
from frontend.writing import Basic, Help

if TYPE_CHECKING:
    from federation.models import Actor

AUDIENCES = [
    ("everyone", _("Everyone, on all nodes")),
    ("node", _("This node")),
    ("group", _("This group")),
]


class SpeakerFormMixin(OnceFormMixin):
    """Who speaks, and to whom: for a new thing only, since neither can be changed afterwards."""

    speaker = forms.ChoiceField(label=_("Published by"))
    audience = forms.ChoiceField(
        label=_("Shared with"), choices=AUDIENCES, initial="everyone", widget=forms.RadioSelect, required=False
    )

    def __init__(self, *args: Any, author: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.author = author
        self.groups = {group.public_id: group for group in groups_spoken_for(author)}
        choices: list[tuple[str, Any]] = [(key, group.name) for key, group in self.groups.items()]
        person = Person.objects.filter(actor=author, is_public=True).first()
        if person is not None:
            choices.append((SELF, person.name))
        field = self.fields["speaker"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def nobody_to_speak_for(self) -> bool:
        """True when the person has neither joined a group nor shown a page: the page then says how."""
        field = self.fields["speaker"]
        assert isinstance(field, forms.ChoiceField)
        return not field.choices

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("audience") == "group" and data.get("speaker") == SELF:
            self.add_error("audience", _("Choose a group to publish for it only, or share with this node or everyone."))
        return data

    def spoken(self) -> tuple[Actor, str]:
        """The actor that speaks and the audience's URI, from checked values."""
        chosen = self.cleaned_data["speaker"]
        speaker = self.author if chosen == SELF else self.groups[chosen].actor
        audience = {
            "group": lambda: audiences.of_group(speaker.uri),
            "node": audiences.this_node,
        }.get(self.cleaned_data.get("audience") or "everyone", lambda: audiences.PUBLIC)()
        return speaker, audience


class ProposalEditForm(WritingHelpMixin, AttachmentsFormMixin, EditFormMixin, PointFormMixin, forms.ModelForm):
    writing_help = writing.offer(
        Help(
            "proposal",
            ("summary",),
            (
                Basic(("area", "lat", "online"), _("You do not say where. An area is enough.")),
                Basic(("until",), _("There is no last day. If it matters when, give one.")),
            ),
        )
    )
    shape = Proposal.Shape.PLAIN
    topics = TopicsField(help_text=_("Up to six topics; people who follow them are told."))
    starts = WallTimeField(label=_("From"), required=False, help_text=_("Leave empty if it is from now on."))
    until = WallTimeField(label=_("Until"), required=False, help_text=_("Leave empty if there is no last day."))
    quantity = forms.DecimalField(
        label=_("How much"), required=False, min_value=Decimal("0.01"), max_digits=12, decimal_places=2
    )
    language = LanguageField()

    class Meta:
        model = Proposal
        fields = (
            "title", "summary", "support", "topics", "area", "lat", "lon", "online", "starts", "until", "quantity",
            "unit", "language",
        )  # fmt: skip
        help_texts = {
            "summary": _("Who it is for, what matters, how to answer. You can use Markdown."),
        }
        widgets = {"summary": Paragraphs(attrs={"rows": 5})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("starts", "until"):
            if getattr(self.instance, name) is not None:
                self.initial[name] = wall_time(getattr(self.instance, name), timezone.get_current_timezone_name())

    def clean_starts(self) -> dt.datetime | None:
        said: dt.datetime | None = self.cleaned_data["starts"]
        if said is None or said == self.initial.get("starts"):
            return self.instance.starts if said else None
        return in_zone(said, timezone.get_current_timezone_name())

    def clean_until(self) -> dt.datetime | None:
        """On the clocks of whoever writes. One that has passed may stay as it is, but not be chosen."""
        said: dt.datetime | None = self.cleaned_data["until"]
        if said is None:
            return None
        if said == self.initial.get("until"):
            return self.instance.until  # type: ignore[no-any-return]
        until = in_zone(said, timezone.get_current_timezone_name())
        if until < timezone.now():
            message = _("“%(value)s” has passed already. Choose a later day, or leave it empty.")
            raise ValidationError(message, "passed", {"value": f"{said:%Y-%m-%d %H:%M}"})
        return until

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("unit") and data.get("quantity") is None and "quantity" not in self.errors:
            self.add_error("quantity", _("Say how many %(unit)s, or leave both empty.") % {"unit": data["unit"]})
        if data.get("starts") and data.get("until") and data["until"] < data["starts"]:
            self.add_error("until", _("This is before it begins. Choose a later day, or leave it empty."))
        return data


class ProposalForm(SpeakerFormMixin, ProposalEditForm):
    """A new need or offer."""
