"""What a collective action needs and what it belongs to, on the screen on which it is published and changed."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from atlas.editing import saved_now
from atlas.formfields import CountField
from events import belonging
from events.models import Gathering
from events.models.gatherings import LONGEST_NEEDED, MOST_NEEDED, MOST_OF_ONE

if TYPE_CHECKING:
    from federation.models import Actor, Published

LINES = "need"


class NeededLine(forms.Form):
    id = forms.CharField(max_length=8, required=False, widget=forms.HiddenInput)
    text = forms.CharField(label=_("What"), max_length=LONGEST_NEEDED, required=False)
    amount = CountField(label=_("How many"), most=MOST_OF_ONE, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("amount") is not None and not data.get("text"):
            self.add_error("text", _("Say what it is of which you need so many."))
        return data


class BaseNeeded(forms.BaseFormSet):
    def listed(self, held: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """As a gathering keeps it; a line that was emptied goes. A thing keeps its id, so that what people bring of it
        counts on."""
        free = {each["id"] for each in held}
        found = []
        for each in self.cleaned_data:
            if each.get("text"):
                named = each["id"] if each.get("id") in free else secrets.token_hex(4)
                free.discard(named)
                found.append({"id": named, "text": each["text"], "amount": each.get("amount") or 1})
        return found


Needed = forms.formset_factory(NeededLine, formset=BaseNeeded, extra=3, max_num=MOST_NEEDED, validate_max=True)


class TogetherFormMixin(forms.Form):
    """For the form of a gathering. What is needed stands in lines of its own; where none are sent, it stays."""

    belongs_to = forms.ChoiceField(
        label=_("Belongs to"),
        required=False,
        help_text=_("A group you are in, on any node; a collective action also to a goal of its mandate."),
    )

    def __init__(self, *args: Any, reader: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held: Gathering = self.instance  # type: ignore[attr-defined]
        self.offered = belonging.choices(reader, held)
        field = self.fields["belongs_to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Nothing of these")), *((key, each.label) for key, each in self.offered.items())]
        self.initial.setdefault("belongs_to", belonging.key_of(held.for_uri, held.goal_id))
        sent = self.data if f"{LINES}-TOTAL_FORMS" in self.data else None
        # Every line is read, also one that says what is held: how many there were before is the browser's word.
        every = {"empty_permitted": False}
        self.needed_lines = Needed(sent, initial=held.needed, prefix=LINES, form_kwargs=every)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        lines = self.needed_lines
        if lines.is_bound and not lines.is_valid():
            self.add_error(None, _("Look at what is needed: something there is to be mended."))
        elif data.get("kind", Gathering.Kind.ACTION) != Gathering.Kind.ACTION and self._needed():
            self.add_error(
                None, _("Only a collective action says what is needed. Choose that kind, or empty the lines.")
            )
        chosen = self.offered.get(data.get("belongs_to") or "")
        if chosen is not None and chosen.goal_id and data.get("kind") != Gathering.Kind.ACTION:
            message = _("Only a collective action is for a goal. Choose that kind, or the group without a goal.")
            self.add_error("belongs_to", message)
        return data

    def _needed(self) -> list[dict[str, Any]]:
        held: list[dict[str, Any]] = self.instance.needed  # type: ignore[attr-defined]
        return self.needed_lines.listed(held) if self.needed_lines.is_bound else held

    def changes(self) -> dict[str, Any]:
        values: dict[str, Any] = super().changes()  # type: ignore[misc]
        chosen = self.offered.get(self.cleaned_data["belongs_to"] or "")
        belongs = {"for_uri": chosen.for_uri, "goal_id": chosen.goal_id} if chosen else {"for_uri": "", "goal_id": ""}
        return values | belongs | {"needed": self._needed()}

    def _compare(self, now: Published) -> None:
        """What belongs to no column of the same name is compared here."""
        assert isinstance(now, Gathering)
        written = self.changes()
        super()._compare(now)  # type: ignore[misc]
        if (now.for_uri, now.goal_id) != (written["for_uri"], written["goal_id"]):
            key = belonging.key_of(now.for_uri, now.goal_id)
            self.add_error("belongs_to", saved_now(self.fields["belongs_to"], key))
        if now.needed != written["needed"]:
            saved = "; ".join(f"{each['amount']} × {each['text']}" for each in now.needed)
            message = _("Saved now as what is needed: “%(value)s”. Save again to replace it.")
            self.add_error(None, message % {"value": saved or "–"})
