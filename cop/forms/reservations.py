"""Asking for something that is lent, by whole days or by the hour, on the calendar of its own time zone."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from atlas.fieldtypes import DayField
from cop.lending.slots import DAY, midnight
from cop.models import Proposal
from frontend.forms import Paragraphs

if TYPE_CHECKING:
    from cop.lending.slots import Stretch

HOURS_OF_A_DAY = 24
CLOCK = [(hour, f"{hour}:00") for hour in range(HOURS_OF_A_DAY + 1)]


class ReserveForm(forms.Form):
    """What the lender is told, beside the time. `stretch` gives that as instants."""

    name = forms.CharField(
        label=_("Your name, as the lender should know you"),
        max_length=120,
        help_text=_("Only the lender sees it."),
    )
    message = forms.CharField(
        label=_("A word to the lender"),
        max_length=500,
        required=False,
        help_text=_("For example what you need it for, and when you can come."),
        widget=Paragraphs(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, offer: Proposal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer = offer

    @property
    def stretch(self) -> Stretch:
        raise NotImplementedError

    def said(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("name", "message")}


class ReserveDaysForm(ReserveForm):
    first = DayField(label=_("First day"), required=True)
    last = DayField(label=_("Last day"), required=True, help_text=_("You bring it back on this day at the latest."))

    field_order = ("first", "last", "name", "message")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("first") and data.get("last") and data["last"] < data["first"]:
            self.add_error("last", _("This is before the first day. Choose that day or a later one."))
        return data

    @property
    def stretch(self) -> Stretch:
        zone = self.offer.zone
        return midnight(self.cleaned_data["first"], zone), midnight(self.cleaned_data["last"] + DAY, zone)


class ReserveHoursForm(ReserveForm):
    day = DayField(label=_("Day"), required=True)
    begins = forms.TypedChoiceField(label=_("From"), coerce=int, choices=CLOCK[:-1], initial=18)
    over = forms.TypedChoiceField(label=_("Until"), coerce=int, choices=CLOCK[1:], initial=20)

    field_order = ("day", "begins", "over", "name", "message")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "begins" in data and "over" in data and data["over"] <= data["begins"]:
            self.add_error("over", _("This is not later than the beginning. Choose a later hour."))
        return data

    @property
    def stretch(self) -> Stretch:
        day = self.cleaned_data["day"]
        return self._at(day, self.cleaned_data["begins"]), self._at(day, self.cleaned_data["over"])

    def _at(self, day: dt.date, hour: int) -> dt.datetime:
        """The instant at which clocks there show a whole hour; 24 is the beginning of the next day."""
        if hour == HOURS_OF_A_DAY:
            return midnight(day + DAY, self.offer.zone)
        return dt.datetime.combine(day, dt.time(hour), self.offer.zone).astimezone(dt.UTC)


def reserve_form(offer: Proposal) -> type[ReserveForm]:
    return ReserveHoursForm if offer.lent_by == Proposal.LentBy.HOUR else ReserveDaysForm
