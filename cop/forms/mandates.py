"""Proposing a version of a mandate, saying what one thinks of it, and telling what was reached."""

from __future__ import annotations

import datetime as dt
import secrets
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from atlas.fields import LanguageField
from atlas.fieldtypes import DayField, quote
from atlas.formfields import WebAddressField
from atlas.models import Card
from cop.actions.mandates import may_sign
from cop.models import Consent, MandateVersion, Result
from cop.models.mandates import MOST_GOALS, MOST_PARTIES, ROLES
from frontend.forms import OnceFormMixin, Paragraphs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from federation.models import Actor

REVIEW_AFTER = dt.timedelta(days=365)


class GoalForm(forms.Form):
    id = forms.CharField(max_length=16, required=False, widget=forms.HiddenInput)
    text = forms.CharField(label=_("Goal"), max_length=300, required=False)
    target = forms.DecimalField(
        label=_("Target"), required=False, min_value=Decimal("0.01"), max_digits=12, decimal_places=2
    )
    unit = forms.CharField(label=_("Of what"), max_length=40, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if (data.get("target") is not None or data.get("unit")) and not data.get("text"):
            self.add_error("text", _("Say which goal this is the target of."))
        return data


class BaseGoals(forms.BaseFormSet):
    def goals(self) -> list[dict[str, str]]:
        """As a version keeps them; those whose line was emptied go. A goal keeps its name over versions, so that what
        was reached counts on."""
        found = []
        for each in self.cleaned_data:
            if each.get("text"):
                said = {
                    "id": each.get("id") or secrets.token_hex(4),
                    "text": each["text"],
                    "unit": each.get("unit", ""),
                }
                target = each.get("target")
                found.append(said | ({"target": f"{target.normalize():f}"} if target is not None else {}))
        return found


class PartyForm(forms.Form):
    """Another body that is to sign, by its name, or the address of its page."""

    body = forms.CharField(label=_("Body"), max_length=500, required=False)
    role = forms.ChoiceField(label=_("As"), choices=ROLES, required=False)

    def __init__(self, *args: Any, reader: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reader = reader
        self.card: Card | None = None

    def clean_body(self) -> str:
        said = str(self.cleaned_data["body"]).strip()
        self.card = _group_named(said, self.reader) if said else None
        return said

    def party(self) -> dict[str, str] | None:
        if self.card is None:
            return None
        return {"uri": self.card.uri, "name": self.card.title[:120], "role": self.cleaned_data["role"] or "other"}


def _group_named(said: str, reader: Actor) -> Card:
    """A group the reader may see: by its address here or on its own node, else by its name."""
    groups = Card.objects.visible_to(reader).filter(kind="group")
    path = said.removeprefix(settings.ORIGIN)
    found = list(groups.filter(uri=said)[:1]) or list(groups.filter(url=path)[:1])
    found = found or list(groups.filter(title__iexact=said)[:2])
    if len(found) == 1:
        return found[0]
    if found:
        message = _("Several groups are called “%(value)s”. Give the address of its page.")
    else:
        message = _("No group here is called “%(value)s” or has that address. Copy the address of its page.")
    raise ValidationError(message, "unknown", {"value": quote(said)})


Goals = forms.formset_factory(GoalForm, formset=BaseGoals, extra=3, max_num=MOST_GOALS, validate_max=True)
Parties = forms.formset_factory(PartyForm, extra=2, max_num=MOST_PARTIES, validate_max=True)


class VersionForm(OnceFormMixin, forms.ModelForm):
    """A first mandate, or another version of one. `speakers` are the bodies in whose name it can be proposed."""

    speaker = forms.ChoiceField(label=_("Proposed by"))
    starts_on, ends_on = DayField(label=_("From")), DayField(label=_("To"))
    review_on = DayField(
        label=_("To be reviewed on"),
        required=True,
        help_text=_("From then on it says “lapsed”, and asks to be negotiated anew."),
    )
    language = LanguageField()

    class Meta:
        model = MandateVersion
        fields = (
            "title", "purpose", "decisions", "sharing", "starts_on", "ends_on", "review_on", "comment", "language",
        )  # fmt: skip
        help_texts = {
            "purpose": _("Why you do this together, and what it is not. You can use Markdown."),
            "decisions": _("For example: money over £200, all together; words in public, whoever speaks, after a day."),
            "sharing": _("Where what you find out and make is put, under which licence, who is named."),
            "comment": _("In a few words, for those who know the version before."),
        }
        widgets = {name: Paragraphs(attrs={"rows": 4}) for name in ("purpose", "decisions", "sharing")}

    def __init__(self, *args: Any, speakers: dict[str, Actor], ends: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.speakers = speakers
        self.fields["purpose"].required = True
        self.fields["ends_on"].required = ends
        field = self.fields["speaker"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(key, actor.name or actor.uri) for key, actor in speakers.items()]
        if not self.initial.get("review_on"):
            self.initial["review_on"] = timezone.localdate() + REVIEW_AFTER

    def clean_review_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["review_on"]
        if day <= timezone.localdate():
            message = _("“%(value)s” has passed already. Choose a later day.")
            raise ValidationError(message, "passed", {"value": day.isoformat()})
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] < data["starts_on"]:
            self.add_error("ends_on", _("This is before it begins. Choose a later day, or leave it empty."))
        return data

    def said(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}


class Written:
    """All of the screen on which a version is written: its own form, its goals and the bodies that are to sign it.

    `ends` where it has to have an end: a flotilla's.
    """

    def __init__(
        self,
        sent: Any,
        before: MandateVersion | None,
        *,
        begun: dict[str, Any],
        signing: Sequence[Mapping[str, str]],
        speakers: Any,
        reader: Actor,
        ends: bool,
    ) -> None:
        others = [{"body": each["uri"], "role": each["role"]} for each in signing]
        self.form = VersionForm(sent, speakers=speakers, initial=begun, ends=ends)
        self.goals = Goals(sent, initial=before.goals if before else begun.get("goals", []), prefix="goal")
        self.parties = Parties(sent, initial=others, prefix="party", form_kwargs={"reader": reader})
        self.reader, self.ends = reader, ends

    def is_valid(self) -> bool:
        whole = all([self.form.is_valid(), self.goals.is_valid(), self.parties.is_valid()])
        return whole and self._is_signed_by_who_may()

    def _is_signed_by_who_may(self) -> bool:
        """By proposing a body consents, so what it signs with others is proposed by its stewards."""
        others = {each["uri"] for each in self.said()["parties"]} - {self.speaker.uri}
        if not (others or self.ends) or may_sign(self.reader, self.speaker):
            return True
        self.form.add_error(
            "speaker", _("What a group signs with others is proposed by its stewards. Ask one of them.")
        )
        return False

    @property
    def speaker(self) -> Actor:
        return self.form.speakers[self.form.cleaned_data["speaker"]]

    def said(self) -> dict[str, Any]:
        signing = [each for each in (line.party() for line in self.parties) if each is not None]
        return self.form.said() | {"goals": self.goals.goals(), "parties": signing, "once": self.form.once_key}


class StanceForm(forms.Form):
    """What one says to a version."""

    stance = forms.ChoiceField(
        label=_("What do you say?"),
        choices=[
            (Consent.Stance.CONSENT, _("Good enough for now, safe enough to try")),
            (Consent.Stance.ASIDE, _("I stand aside: it goes on without binding us")),
            (Consent.Stance.OBJECT, _("I object: it would do harm")),
        ],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_("In your words"),
        max_length=2000,
        required=False,
        widget=Paragraphs(attrs={"rows": 4}),
        help_text=_("An objection says what harm it would do, and what would mend it. It has to be answered."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("stance") == Consent.Stance.OBJECT and not data.get("words", "").strip():
            self.add_error("words", _("Say what harm it would do: what is not said cannot be answered."))
        return data


class AnswerForm(forms.Form):
    words = forms.CharField(
        label=_("Your answer"),
        max_length=2000,
        widget=Paragraphs(attrs={"rows": 4}),
        help_text=_("What you change, or try, or watch. It holds once they lift their objection, or you propose anew."),
    )


class ResultForm(OnceFormMixin, forms.ModelForm):
    speaker = forms.ChoiceField(label=_("Told by"))
    reached_on = DayField(label=_("When"), required=True)
    evidence = WebAddressField(label=_("Where it can be seen"))
    language = LanguageField()

    class Meta:
        model = Result
        fields = ("title", "amount", "reached_on", "evidence", "language")
        help_texts = {"amount": _("If the goal has a number: what this adds to it.")}

    def __init__(self, *args: Any, speakers: dict[str, Actor], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.speakers = speakers
        field = self.fields["speaker"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(key, actor.name or actor.uri) for key, actor in speakers.items()]
        self.initial.setdefault("reached_on", timezone.localdate())

    def said(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}
