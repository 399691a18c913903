"""One screen to publish a page of know-how, the same screen to change it, and the choice of two versions to compare."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from atlas import licences
from atlas.attaching import AttachmentsFormMixin
from atlas.editing import EditFormMixin, saved_now
from atlas.fields import LanguageField, TopicsField
from atlas.fieldtypes import ConceptField, DayField, quote
from atlas.formfields import WebAddressField
from cop.forms.proposals import SpeakerFormMixin
from federation.attaching import TooMany
from frontend import writing
from frontend.checking import WritingHelpMixin
from frontend.forms import Paragraphs
from frontend.writing import Basic, Help
from knowledge.merging import BY_LINES, Clash, Crossed
from knowledge.models import MOST_ANSWER, MOST_COMMENT, Page
from knowledge.queries import published_address

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from knowledge.actions import Saved


class OneLineField(forms.CharField):
    """Plain words in a box of several lines, kept as one line: they travel as one paragraph."""

    def to_python(self, value: Any) -> str:
        return " ".join(str(super().to_python(value)).split())


class PageEditForm(WritingHelpMixin, AttachmentsFormMixin, EditFormMixin, forms.ModelForm):
    """Every rule of the database is checked here first, in words and beside the field it is about."""

    writing_help = writing.offer(
        Help(
            "know-how",
            ("body", "short_answer"),
            (
                Basic(("checked_on",), _("You do not say when somebody last made sure that it holds.")),
                Basic(("jurisdiction",), _("You do not say where it holds. Rules differ from place to place.")),
            ),
        )
    )
    short_answer = OneLineField(
        label=_("The short answer"),
        max_length=MOST_ANSWER,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One or two sentences that help somebody in a hurry. Plain words, at most 500 characters."),
    )
    licence = forms.ChoiceField(
        label=_("Licence"),
        choices=list(licences.NAMES.items()),
        initial=licences.DEFAULT,
        help_text=_("What others may do with the page: all of these let them copy and adapt it."),
    )
    checked_on = DayField(
        label=_("Checked on"), help_text=_("When somebody who knows last made sure that all of it holds.")
    )
    adapted_from = WebAddressField(
        label=_("Adapted from"),
        help_text=_("The web address of the page this one is based on, on any node or website."),
    )
    topics = TopicsField(help_text=_("Up to six topics; people who follow them are told."))
    language = LanguageField()
    comment = forms.CharField(
        label=_("What did you change, and why?"),
        max_length=MOST_COMMENT,
        required=False,
        help_text=_("A few words for those who read the history."),
    )

    class Meta:
        model = Page
        fields = (
            "kind", "title", "short_answer", "body", "jurisdiction", "licence", "checked_on", "checked_by",
            "adapted_from", "credit", "topics", "language", "comment",
        )  # fmt: skip
        help_texts = {
            "body": _("Step by step, with what it cost and what went wrong. You can use Markdown."),
            "jurisdiction": _("A country, region or city whose rules it follows, for example England or Milano."),
            "credit": _("Everybody who had a part in it, for example the students of a module and a group."),
            "checked_by": _("A name, or what they do, for example a housing solicitor."),
        }
        widgets = {"body": Paragraphs(attrs={"rows": 18})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clashes: list[Clash] = []
        self.saved: Saved | None = None
        self.fields["body"].required = True
        self.initial["comment"] = ""

    def clean_checked_on(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["checked_on"]
        if day is not None and day > timezone.localdate():
            message = _("“%(value)s” is still to come. Write the day on which it was checked, or leave it empty.")
            raise ValidationError(message, "future", {"value": f"{day:%Y-%m-%d}"})
        return day

    def clean_adapted_from(self) -> str:
        """By the address it has at home, also where somebody gives that of the copy on this node."""
        address: str = self.cleaned_data["adapted_from"]
        public_id = _page_here(address)
        address = (public_id and published_address(public_id)) or address
        if address and address == self.instance.uri:
            message = _("“%(value)s” is this page. Write where it was adapted from, or leave it empty.")
            raise ValidationError(message, "itself", {"value": quote(address)})
        return address

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("checked_by") and data.get("checked_on") is None and "checked_on" not in self.errors:
            self.add_error("checked_on", _("Write on which day it was checked, or leave both empty."))
        return data

    def carried_out(self, change: Callable[..., Saved], *who_and_what: Any) -> bool:
        """Whether it was saved, also together with what somebody else has saved meanwhile. Where the same words were
        changed, the form keeps what was written and shows both."""
        try:
            self.saved = change(*who_and_what, {**self.changes(), "seen": self.cleaned_data["seen"]})
        except Crossed as crossed:
            self._show_both(crossed)
        except TooMany as too_many:
            self.refuse_too_many(too_many)
        if self.saved is None:
            self.ask_for_files_again()
        return self.saved is not None

    def _show_both(self, crossed: Crossed) -> None:
        now, merged = crossed.row, crossed.merged
        self.data = self.data.copy()
        self.data[self.add_prefix("seen")] = str(now.version)
        for name, value in merged.fields.items():
            if name == BY_LINES or name not in merged.clashing:
                self._put(name, value)
        self.add_error(
            None,
            _(
                "Somebody else has changed the same words since you opened this page. Nothing of yours is saved yet. "
                "Their other changes are in the form below; where you both changed something, it has your words."
            ),
        )
        for name in self.fields:
            if name in merged.clashing and name != BY_LINES:
                self.add_error(name, saved_now(self.fields[name], getattr(now, name)))
        self.clashes = merged.clashes
        if self.clashes:
            self.add_error(BY_LINES, _("Both of you changed the same lines. Compare them above, then save again."))

    def _put(self, name: str, value: Any) -> None:
        said = self.fields[name].prepare_value(value)
        listed = said if isinstance(said, list) else ["" if said is None else str(said)]
        self.data.setlist(self.add_prefix(name), listed)

    def _post_clean(self) -> None:
        """The instance stays as it is: an action writes, from `changes()`, on the row as it is then."""

    @property
    def as_it_would_read(self) -> dict[str, str]:
        """What a preview shows: also of a form that has something to mend."""
        known = self.cleaned_data
        words = {name: known.get(name) or self.data.get(name, "") for name in ("title", "short_answer", "body")}
        return words | {"language": known.get("language", "")}


class PageForm(SpeakerFormMixin, PageEditForm):
    """A new page, by a group one belongs to or by oneself. There is no change to comment on yet."""

    comment = None

    class Meta(PageEditForm.Meta):
        fields = tuple(name for name in PageEditForm.Meta.fields if name != "comment")


class TwoVersionsForm(forms.Form):
    """Which two versions of a page to compare; without a choice, the last two."""

    older = ConceptField(label=_("From version"), required=True)
    newer = ConceptField(label=_("To version"), required=True)

    def __init__(self, data: Any, versions: Sequence[int]) -> None:
        """`versions`, the newest first, are all there are; at least one."""
        numbers = [str(each) for each in versions]
        last_two = {"older": numbers[min(1, len(numbers) - 1)], "newer": numbers[0]}
        super().__init__({**last_two, **{name: data[name] for name in last_two if data.get(name)}})
        for field in self.fields.values():
            assert isinstance(field, ConceptField)
            field.choices = [(number, number) for number in numbers]
            field.accepted = f"{numbers[-1]} – {numbers[0]}"

    def chosen(self) -> tuple[int, int] | None:
        """The numbers, the older first; None where one of them is no version of the page."""
        if not self.is_valid():
            return None
        one, other = int(self.cleaned_data["older"]), int(self.cleaned_data["newer"])
        return min(one, other), max(one, other)


def _page_here(address: str) -> str:
    """The public id in the address of a page on this node; empty for any other address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    folder, _slash, public_id = parts.path.strip("/").partition("/")
    is_here = f"{parts.scheme}://{parts.netloc}" == settings.ORIGIN and folder == "know-how"
    return public_id if is_here and public_id.isalnum() and len(public_id) <= 16 else ""
