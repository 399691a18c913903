"""Forms of flotillas: starting one, sailing with one, and bringing the harvest in."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from atlas.fieldtypes import DayField
from cop.forms.groups import GroupForm
from cop.models import Group, Ship
from frontend.forms import OnceFormMixin, Paragraphs

if TYPE_CHECKING:
    from cop.models import Group as GroupRow

OWN_WORDS = ("brings", "needs")


class FlotillaForm(GroupForm):
    """What the flotilla says of itself. It is a group too: people can join and follow it."""

    kinds = None
    website = None
    ends_on = DayField(
        label=_("Until when you sail together"),
        required=True,
        help_text=_("A flotilla has an end. On that day you bring the harvest in, or agree on another day."),
    )

    class Meta(GroupForm.Meta):
        fields = (
            "name", "harbour", "ends_on", "summary", "asks", "topics", "joining", "area", "lat", "lon", "languages",
            "language",
        )  # fmt: skip
        labels = {"summary": _("What the voyage is about"), "joining": _("Which groups can sail along?")}
        help_texts = GroupForm.Meta.help_texts | {
            "harbour": _("One goal that all share, in one sentence. How each gets there is its own affair."),
            "asks": _(
                "Only if you ask something of the public or of an authority: then the flotilla is a campaign, and this"
                " stands first on its page. You can use Markdown."
            ),
        }
        widgets = GroupForm.Meta.widgets | {"asks": Paragraphs(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["harbour"].required = True
        field = self.fields["joining"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (Group.Joining.OPEN, _("Any group that says so")),
            (Group.Joining.REQUEST, _("Groups ask, the stewards answer")),
        ]

    def clean_ends_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["ends_on"]
        if day < timezone.localdate() and day != self.instance.ends_on:
            message = _("“%(value)s” has passed already. Choose a later day.")
            raise ValidationError(message, "passed", {"value": day.isoformat()})
        return day


class ShipFormMixin(forms.Form):
    """Which of the groups that somebody leads sails, and what it brings and needs."""

    ship = forms.ChoiceField(label=_("Your group"))
    brings = forms.CharField(
        label=_("What you bring"),
        max_length=2000,
        required=False,
        widget=Paragraphs(attrs={"rows": 3}),
        help_text=_("People, hours, a room, a list of streets, a way of doing things: whatever helps to get there."),
    )
    needs = forms.CharField(
        label=_("What you need"), max_length=2000, required=False, widget=Paragraphs(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, led: list[GroupRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.led = {each.public_id: each for each in led}
        field = self.fields["ship"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(key, each.name) for key, each in self.led.items()]

    @property
    def group(self) -> GroupRow:
        return self.led[self.cleaned_data["ship"]]

    def said(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in OWN_WORDS}


class NewFlotillaForm(ShipFormMixin, OnceFormMixin, FlotillaForm):
    """A new flotilla, with its first ship."""


class SailForm(ShipFormMixin):
    """A group sails along."""


class ShipForm(forms.ModelForm):
    """What a ship says, at any time; what it takes home too."""

    class Meta:
        model = Ship
        fields = ("brings", "needs", "harvest")
        widgets = {name: Paragraphs(attrs={"rows": 3}) for name in fields}
        help_texts = {"harvest": _("What your group has learnt, won or made. It stands with the harvest of all.")}

    def said(self) -> dict[str, str]:
        return dict(self.cleaned_data)


class HarvestForm(forms.ModelForm):
    """The voyage is over: what came of it."""

    class Meta:
        model = Group
        fields = ("harvest",)
        widgets = {"harvest": Paragraphs(attrs={"rows": 8})}
        help_texts = {
            "harvest": _(
                "What was reached and what was not, what you would do again, where the papers are, who goes on. It"
                " stays to be read by those who sail next. You can use Markdown."
            )
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["harvest"].required = True


class CrewForm(forms.Form):
    """The flotilla's answer to a group that asks, or that is aboard."""

    answer = forms.ChoiceField(choices=[("welcome", _("Welcome aboard")), ("ashore", _("Not aboard"))])
