"""Forms of a time bank, of an account in it, and of clearing with another bank."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from atlas.editing import EditFormMixin
from atlas.fields import LanguageField
from frontend.forms import OnceFormMixin, Paragraphs
from timebank.hours import in_words
from timebank.models import LARGEST_LIMIT, SMALLEST_LIMIT, Account, Bank

if TYPE_CHECKING:
    from collections.abc import Sequence

LARGEST_HOURS = LARGEST_LIMIT // 60


class HoursField(forms.IntegerField):
    """Whole hours, given as minutes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=SMALLEST_LIMIT // 60, max_value=LARGEST_HOURS, **kwargs)

    def clean(self, value: Any) -> Any:
        hours = super().clean(value)
        return None if hours is None else hours * 60

    def prepare_value(self, value: Any) -> Any:
        """Of what is stored the hours; what somebody wrote stays as they wrote it."""
        return value // 60 if isinstance(value, int) else value


class BankForm(EditFormMixin, forms.ModelForm):
    limit = HoursField(
        label=_("How many hours may somebody be away from as much given as received?"),
        help_text=_("In either direction. Stewards can allow single people more or less. Usual: 20 hours."),
    )
    language = LanguageField()

    class Meta:
        model = Bank
        fields = ("name", "summary", "limit", "language")
        help_texts = {"summary": _("What people give and receive here, and whom to ask. You can use Markdown.")}
        widgets = {"summary": Paragraphs(attrs={"rows": 6})}


class NewBankForm(OnceFormMixin, BankForm):
    """A bank, opened once."""


class NameForm(forms.ModelForm):
    class Meta:
        model = Account
        fields = ("name",)
        help_texts = {"name": _("People of this bank see it, and at another bank only those whom you write to.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True


class LimitForm(forms.Form):
    """How far one account may be from 0."""

    limit = HoursField(label=_("Hours allowed, in either direction"))

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, initial={"limit": account.limit}, **kwargs)
        self.account = account

    def clean_limit(self) -> int:
        minutes: int = self.cleaned_data["limit"]
        if minutes < self.account.used:
            raise ValidationError(
                _("%(hours)s are used already, with what waits for an answer. Allow at least as much."),
                params={"hours": in_words(self.account.used)},
            )
        return minutes


def cap_field() -> HoursField:
    return HoursField(
        label=_("How many hours may be open between the two banks?"),
        help_text=_("In either direction. Both banks say a number, and the smaller one counts."),
    )


class CapForm(forms.Form):
    """Our half of what is agreed with another bank."""

    cap = cap_field()


class ClearingForm(forms.Form):
    """With which bank elsewhere, and how much may be open."""

    bank = forms.ChoiceField(label=_("Time bank of another node"))
    cap = cap_field()

    def __init__(self, *args: Any, banks: Sequence[Bank], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.banks = {each.public_id: each for each in banks}
        field = self.fields["bank"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(key, f"{each.name} · {each.node}") for key, each in self.banks.items()]

    def chosen(self) -> Bank:
        return self.banks[self.cleaned_data["bank"]]
