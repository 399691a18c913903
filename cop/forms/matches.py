"""Proposing a match, and each step of its life."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from atlas.fields import LanguageField
from cop.access import SELF, groups_spoken_for
from cop.matching.brought import things_of
from cop.models import Person
from cop.models.matches import LONGEST_WORDS, NEED
from cop.threads import title_of
from frontend.forms import OnceFormMixin, Paragraphs

if TYPE_CHECKING:
    from federation.models import Actor, Published

MOST_HOURS = Decimal(99_999)


class WordsField(forms.CharField):
    """A few lines to the other side."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", Paragraphs(attrs={"rows": 4}))
        super().__init__(max_length=LONGEST_WORDS, **kwargs)


class HoursField(forms.DecimalField):
    def __init__(self) -> None:
        super().__init__(
            label=_("Hours of your side so far"),
            help_text=_("As you count them. Nobody compares them with anybody else’s."),
            required=False,
            min_value=0,
            max_value=MOST_HOURS,
            decimal_places=2,
        )


def contact_field() -> forms.CharField:
    return forms.CharField(
        label=_("How to reach you"),
        help_text=_(
            "A telephone number or an e-mail address, if you like. The other side sees it only once both have agreed,"
            " and no more once one of you ends it."
        ),
        max_length=500,
        required=False,
    )


def conflict_field() -> forms.CharField:
    return forms.CharField(
        label=_("Possible conflict of interest"),
        help_text=_("For example: you also work for the owner of the building. The other side reads it at once."),
        max_length=500,
        required=False,
    )


def may_show_field() -> forms.BooleanField:
    return forms.BooleanField(
        label=_("Others may see that this happened"),
        help_text=_("Who helped whom, and with what; none of your words. It is shown only where both sides say so."),
        required=False,
    )


class ProposeForm(OnceFormMixin, forms.Form):
    """To whoever published `thing`. `side` is that of who fills it in."""

    answer_with = forms.ChoiceField(label=_("You answer with"))
    words = WordsField(label=_("A word to them"), help_text=_("Why it may fit, and what you would do first."))
    contact = contact_field()
    conflict = conflict_field()
    language = LanguageField()

    def __init__(self, *args: Any, person: Actor, thing: Published, side: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups = {group.public_id: group for group in groups_spoken_for(person)}
        self.person = person
        self.things = {row.uri: row for row in things_of(person, side) if row.actor_id != thing.actor_id}
        field = self.fields["answer_with"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = self._choices(side, thing)
        if side == NEED:
            field.label = _("For which need")

    def _choices(self, side: str, thing: Published) -> list[tuple[str, Any]]:
        bare = _("%(name)s, for something that is not published") if side == NEED else _("%(name)s, with no offer")
        choices: list[tuple[str, Any]] = [
            (uri, f"{title_of(row)} ({row.actor.name or _('Myself')})") for uri, row in self.things.items()
        ]
        speakers = [(key, group.name) for key, group in self.groups.items() if group.actor_id != thing.actor_id]
        page = Person.objects.filter(actor=self.person, is_public=True).first()
        if page is not None:
            speakers.append((SELF, page.name))
        return [*choices, *((key, bare % {"name": name}) for key, name in speakers)]

    @property
    def nobody_to_speak_for(self) -> bool:
        field = self.fields["answer_with"]
        assert isinstance(field, forms.ChoiceField)
        return not field.choices

    def clean_words(self) -> str:
        return str(self.cleaned_data["words"]).strip()

    def answering(self) -> tuple[Actor, Published | None]:
        """Who speaks, and the thing of theirs that they bring in, from checked values."""
        chosen = self.cleaned_data["answer_with"]
        if chosen in self.things:
            return self.things[chosen].actor, self.things[chosen]
        return (self.person if chosen == SELF else self.groups[chosen].actor), None

    def said(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("words", "contact", "conflict", "language")}


class AgreeForm(forms.Form):
    reply = WordsField(label=_("A word to them"), required=False)
    contact = contact_field()
    conflict = conflict_field()


class PartForm(forms.Form):
    reply = WordsField(label=_("A word to them"), required=False, help_text=_("If you like. Nobody asks for a reason."))


class StartForm(forms.Form):
    """Nothing to fill in: it begins."""


class FinishForm(forms.Form):
    outcome = WordsField(
        label=_("What is different now?"), help_text=_("One or two sentences. The other side reads them.")
    )
    hours = HoursField()
    may_show = may_show_field()


class ThankForm(forms.Form):
    thanks = WordsField(label=_("Your thanks"), help_text=_("In your own words. The other side reads them."))


class ThankAndFinishForm(FinishForm, ThankForm):
    """Where the other side has said that it is done, and this one has not."""

    field_order = ("outcome", "thanks", "hours", "may_show")


class NoteForm(forms.Form):
    hours = HoursField()
    contact = contact_field()
    may_show = may_show_field()
