"""One screen to publish a funding call, and the same screen to change it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from atlas.attaching import AttachmentsFormMixin
from atlas.editing import EditFormMixin
from atlas.fields import LanguageField, PointFormMixin, TopicsField
from atlas.fieldtypes import quote
from atlas.formfields import CountField, WallTimeField, WebAddressField, ZoneField, in_zone, wall_time
from cop.forms.proposals import SpeakerFormMixin
from frontend import writing
from frontend.checking import WritingHelpMixin
from frontend.forms import Paragraphs
from frontend.writing import Basic, Help
from funding import money
from funding.models import MOST_HOURS, Call

if TYPE_CHECKING:
    from decimal import Decimal

MOMENTS = ("opens_at", "closes_at")


class AmountField(forms.CharField):
    """An amount of money, written as people write it in English or Italian. Its value is an exact Decimal."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(max_length=40, empty_value=None, **kwargs)
        self.widget.attrs["inputmode"] = "decimal"

    def clean(self, value: Any) -> Decimal | None:
        try:
            text = super().clean(value)
            return None if text is None else money.parse(text)
        except (ValidationError, money.NoAmount):
            message = _("“%(value)s” is not an amount. Write digits, as in 5000 or 5000.50, more than 0.")
            raise ValidationError(message, "invalid", {"value": quote(value)}) from None

    def prepare_value(self, value: Any) -> Any:
        """What is held, as one would write it: no noughts behind the point."""
        return f"{value.normalize():f}" if hasattr(value, "normalize") else value


class CurrencyField(forms.ChoiceField):
    """An ISO 4217 code in use today."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=money.choices, required=False, **kwargs)

    def validate(self, value: Any) -> None:
        if value and not self.valid_value(value):
            message = _("“%(value)s” is not a currency we know. Choose one from the list, for example EUR or GBP.")
            raise ValidationError(message, "invalid_choice", {"value": quote(value)})


class CallEditForm(WritingHelpMixin, AttachmentsFormMixin, EditFormMixin, PointFormMixin, forms.ModelForm):
    """Every rule of the database is checked here first, in words and beside the field it is about."""

    writing_help = writing.offer(
        Help(
            "call",
            ("plain_summary", "who_can_apply", "how_to_apply"),
            (
                Basic(("how_to_apply", "application_url"), _("You do not say how to apply, or whom to ask.")),
                Basic(("closes_at",), _("There is no closing day. If people can apply at any time, say so.")),
                Basic(("minimum", "maximum", "total"), _("You do not say how much money there is.")),
            ),
        )
    )
    giver = forms.CharField(
        label=_("Who gives the money?"), max_length=200, help_text=_("The name of the funder, as it is known.")
    )
    giver_uri = WebAddressField(label=_("The funder’s web address"))
    minimum = AmountField(label=_("Least one applicant gets"))
    maximum = AmountField(label=_("Most one applicant gets"))
    total = AmountField(label=_("All the money there is"))
    currency = CurrencyField(label=_("Currency"))
    opens_at = WallTimeField(label=_("Opens"), required=False, help_text=_("Leave empty if it is open already."))
    closes_at = WallTimeField(
        label=_("Closes"), required=False, help_text=_("Leave empty if people can apply at any time.")
    )
    time_zone = ZoneField(label=_("Time zone of these dates"))
    application_url = WebAddressField(label=_("Web address of the application"))
    effort_hours = CountField(
        label=_("Hours of work to apply"),
        most=MOST_HOURS,
        required=False,
        help_text=_("About how long the form and the papers take. It helps small groups to decide."),
    )
    topics = TopicsField(help_text=_("Up to six topics; people who follow them are told."))
    language = LanguageField()

    class Meta:
        model = Call
        fields = (
            "title", "plain_summary", "giver", "giver_uri", "who_can_apply", "minimum", "maximum", "total", "currency",
            "opens_at", "closes_at", "time_zone", "how_to_apply", "application_url", "effort_hours", "topics", "area",
            "lat", "lon", "language",
        )  # fmt: skip
        labels = {
            "plain_summary": _("What is the money for?"),
            "who_can_apply": _("Who can apply?"),
            "how_to_apply": _("How does one apply?"),
        }
        help_texts = {
            "plain_summary": _("A few plain sentences, without the funder’s jargon. You can use Markdown."),
            "who_can_apply": _("Say it so that a group knows at once whether it may, and what it needs to have."),
            "how_to_apply": _("The steps, and whom to ask. You can use Markdown."),
            "area": _("Where the money may be spent, in words, for example London or Milano."),
        }
        widgets = {
            "plain_summary": Paragraphs(attrs={"rows": 5}),
            "who_can_apply": Paragraphs(attrs={"rows": 3}),
            "how_to_apply": Paragraphs(attrs={"rows": 4}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("plain_summary", "who_can_apply"):
            self.fields[name].required = True
        if self.instance.pk is None:
            self.initial["time_zone"] = self.initial.get("time_zone") or timezone.get_current_timezone_name()
            self.initial["currency"] = money.of_zone(self.initial["time_zone"])
            return
        for name in MOMENTS:
            moment = getattr(self.instance, name)
            if moment is not None:
                self.initial[name] = wall_time(moment, self.instance.time_zone)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self._clean_amounts(data)
        self._clean_dates(data)
        return data

    def _clean_amounts(self, data: dict[str, Any]) -> None:
        least, most, whole = (data.get(name) for name in ("minimum", "maximum", "total"))
        if (least or most or whole) is None:
            data["currency"] = "" if "currency" in data else data.get("currency")
        elif data.get("currency") == "":
            self.add_error("currency", _("Choose the currency of the amounts, for example EUR or GBP."))
        if least and most and least > most:
            message = _("The most, %(most)s, is below the least, %(least)s. Write the larger amount here.")
            self.add_error("maximum", message % {"most": f"{most:f}", "least": f"{least:f}"})
        elif whole and (most or least or 0) > whole:
            message = _(
                "All the money, %(total)s, is below what one applicant gets, %(one)s. Write the larger amount here."
            )
            self.add_error("total", message % {"total": f"{whole:f}", "one": f"{most or least:f}"})

    def _clean_dates(self, data: dict[str, Any]) -> None:
        zone = data.get("time_zone")
        if not zone:
            return
        for name in MOMENTS:
            if data.get(name) is not None:
                try:
                    data[name] = self._unchanged(name, data[name], zone) or in_zone(data[name], zone)
                except ValidationError as error:
                    self.add_error(name, error)
        opens, closes = data.get("opens_at"), data.get("closes_at")
        if opens is not None and closes is not None and opens >= closes:
            message = _("It closes on %(closes)s, which is not after it opens on %(opens)s. Choose a later day.")
            self.add_error("closes_at", message % {"closes": _written(closes), "opens": _written(opens)})

    def _unchanged(self, name: str, shown: dt.datetime, zone: str) -> dt.datetime | None:
        """The held instant where the clock shows the same minute: a last second of the day stays the last second."""
        held: dt.datetime | None = getattr(self.instance, name)
        if held is None or self.instance.time_zone != zone:
            return None
        return held if wall_time(held, zone).replace(second=0, microsecond=0) == shown else None

    def _post_clean(self) -> None:
        """The instance stays as it is: an action writes, from `changes()`, on the row as it is then."""


class CallForm(SpeakerFormMixin, CallEditForm):
    """A new call, made known by a group one belongs to or by oneself."""


def _written(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
