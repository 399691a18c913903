"""Saying that time was given or received, and thanking for it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from federation import identity
from frontend.forms import OnceFormMixin, Paragraphs
from timebank.actions.transfers import Elsewhere, Said
from timebank.models import MOST_MINUTES, Account
from timebank.models.transfers import GIVER, LONGEST_THANKS, LONGEST_WORDS, RECEIVER
from timebank.queries import QUARTER, partners_of, people_in

NO_LONGER_AGO_DAYS = 3_650
MOST_HOURS = MOST_MINUTES // 60
QUARTERS = [(0, "00"), (15, "15"), (30, "30"), (45, "45")]


class ProposeForm(OnceFormMixin, forms.Form):
    """By whose `account` it is, to somebody of the same bank or of one that clears with it."""

    side = forms.ChoiceField(
        label=_("What happened?"),
        choices=[(GIVER, _("I gave somebody time")), (RECEIVER, _("Somebody gave me time"))],
        widget=forms.RadioSelect,
    )
    other = forms.ChoiceField(label=_("With whom?"))
    address = forms.CharField(
        label=_("Address of their account"),
        help_text=_("Only for somebody of another bank: they find it on their page of hours and can send it to you."),
        required=False,
        max_length=500,
    )
    hours = forms.IntegerField(label=_("Hours"), min_value=0, max_value=MOST_HOURS, initial=1)
    quarters = forms.TypedChoiceField(label=_("Minutes"), choices=QUARTERS, coerce=int, initial=0)
    words = forms.CharField(
        label=_("What for?"), help_text=_("In a few words, as the other will remember it."), max_length=LONGEST_WORDS
    )
    done_on = forms.DateField(
        label=_("On which day?"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        initial=timezone.localdate,
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {each.public_id: each for each in people_in(account.bank) if each.pk != account.pk}
        self.partners = {each.public_id: each for each in partners_of(account.bank)}
        people = [(key, each.name or _("Somebody")) for key, each in self.people.items()]
        banks = [(key, each.peer_name or each.peer) for key, each in self.partners.items()]
        groups: list[Any] = [("", _("Choose"))]
        groups += [(_("In this bank"), people)] if people else []
        groups += [(_("Somebody of another bank"), banks)] if banks else []
        field = self.fields["other"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = groups
        if not banks:
            del self.fields["address"]

    @classmethod
    def initial_of(cls, asked: Any) -> dict[str, Any]:
        """What an address may fill in: `side`, `words`, `minutes` and `other`."""
        known = {name: asked[name] for name in ("side", "other") if name in asked}
        known |= {"words": asked["words"][:LONGEST_WORDS]} if "words" in asked else {}
        minutes = asked.get("minutes", "")
        if minutes.isascii() and minutes.isdigit() and 0 < int(minutes[:6]) <= MOST_MINUTES:
            hours, rest = divmod(int(minutes[:6]), 60)
            known |= {"hours": hours, "quarters": rest // QUARTER * QUARTER}
        return known

    def clean_done_on(self) -> Any:
        day, today = self.cleaned_data["done_on"], timezone.localdate()
        if day > today:
            raise ValidationError(_("This day has not come yet. Say it when it is done."))
        if (today - day).days > NO_LONGER_AGO_DAYS:
            raise ValidationError(_("Choose a day of the last ten years."))
        return day

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if {"hours", "quarters"} <= found.keys() and not 0 < self._minutes() <= MOST_MINUTES:
            self.add_error(
                "hours", _("Between a quarter of an hour and %(most)s hours at a time.") % {"most": MOST_HOURS}
            )
        partner = self.partners.get(found.get("other", ""))
        if partner is not None and not _is_account_at(found.get("address", ""), partner.peer):
            self.add_error(
                "address",
                _("Give the address of their account at %(bank)s, as https://…/timebank/accounts/….")
                % {"bank": partner.peer_name or partner.peer},
            )
        return found

    def said(self) -> Said:
        found = self.cleaned_data
        return Said(found["side"], self._minutes(), found["words"], found["done_on"])

    def whom(self) -> Account | Elsewhere:
        chosen = self.cleaned_data["other"]
        if chosen in self.people:
            return self.people[chosen]
        return Elsewhere(self.partners[chosen], self.cleaned_data["address"].strip())

    def _minutes(self) -> int:
        return int(self.cleaned_data["hours"] * 60 + self.cleaned_data["quarters"])


def _is_account_at(address: str, peer: str) -> bool:
    address = address.strip()
    return identity.is_at(address, identity.origin_of(peer)) and "/" in address.partition("://")[2]


class ThanksForm(forms.Form):
    thanks = forms.CharField(
        label=_("Words of thanks"),
        help_text=_("The other reads it; nobody else does."),
        max_length=LONGEST_THANKS,
        widget=Paragraphs(attrs={"rows": 4}),
    )
