"""Coming to a gathering, what one brings, and the organisers' answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from atlas.formfields import CountField
from events.models.gatherings import MOST_OF_ONE
from events.needs import needed_at
from frontend.forms import Paragraphs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from events.models import Gathering
    from events.needs import Need

BRINGS = "brings_"


class BringForm(forms.Form):
    """How many one brings of each thing that is needed. More than is still needed is welcome."""

    def __init__(
        self,
        *args: Any,
        gathering: Gathering,
        brings: Mapping[str, int] | None = None,
        needed: list[Need] | None = None,
        **kwargs: Any,
    ) -> None:
        """`needed` is `needed_at(gathering)`, for those who have it already."""
        super().__init__(*args, **kwargs)
        for need in needed_at(gathering) if needed is None else needed:
            self.fields[f"{BRINGS}{need.id}"] = CountField(
                label=_("How many do you bring: %(what)s") % {"what": need.text},
                most=MOST_OF_ONE,
                required=False,
                initial=(brings or {}).get(need.id),
                help_text=_("%(left)s still needed. Leave it empty if you bring none.") % {"left": need.left},
            )

    def brings(self) -> dict[str, int]:
        said = self.cleaned_data.items()
        return {name.removeprefix(BRINGS): number or 0 for name, number in said if name.startswith(BRINGS)}


class AttendForm(BringForm):
    """What the organisers are told about somebody who wants to come."""

    name = forms.CharField(
        label=_("Your name, as the organisers should know you"),
        max_length=120,
        help_text=_("Only the organisers see it."),
    )
    message = forms.CharField(
        label=_("A word to the organisers"),
        max_length=500,
        required=False,
        help_text=_("For example what you need to take part."),
        widget=Paragraphs(attrs={"rows": 3}),
    )

    def said(self) -> dict[str, Any]:
        """For the action."""
        return {"name": self.cleaned_data["name"], "message": self.cleaned_data["message"], "brings": self.brings()}


class AnswerForm(forms.Form):
    """The organisers' answer to a request, or the taking back of a place."""

    answer = forms.ChoiceField(choices=[("accept", _("Give a place")), ("refuse", _("No place"))])
