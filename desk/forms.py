"""The steward's forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from atlas import ground
from desk.bringing.descriptions import LONGEST_MAPPING
from desk.bringing.uploads import LARGEST_FILE
from desk.models import CarefulWord
from federation import identity
from federation.models import ThisNode
from federation.peering import AGREEMENT
from frontend.forms import Paragraphs
from notifications.kinds import PARAM_LENGTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cop.kits.reading import Kit


class AddressForm(forms.Form):
    """The address of another node."""

    address = forms.CharField(
        label=_("Address of the node"), max_length=255, help_text=_("For example https://node.example.org")
    )

    def clean_address(self) -> str:
        address = self.cleaned_data["address"].strip()
        try:
            return identity.origin_of(address if "://" in address else f"https://{address}")
        except ValueError:
            raise ValidationError(
                _("Give the address of a node, such as https://node.example.org. You gave “%(address)s”."),
                params={"address": address},
            ) from None


class AgreementForm(forms.Form):
    """Yes to the agreement between neighbours, in the words that were on the page."""

    agree = forms.BooleanField(
        label=_("I have read the agreement and accept it for this node"),
        error_messages={"required": _("Tick this if you accept the agreement. Without it nobody becomes a neighbour.")},
    )
    agreement = forms.IntegerField(initial=AGREEMENT, widget=forms.HiddenInput, min_value=1, max_value=10_000)


class NeighbourForm(AgreementForm, AddressForm):
    """Another node to ask."""

    field_order = ("address", "agree")


class CarefulWordForm(forms.ModelForm):
    """A word, and what its readers would rather read."""

    word = forms.CharField(
        label=_("Word or phrase"),
        min_length=2,
        max_length=60,
        help_text=_("As people write it, for example: the homeless. Other forms of it are words of their own."),
    )

    language = forms.ChoiceField(label=_("Language"), choices=CarefulWord.Language.choices, initial=get_language)

    class Meta:
        model = CarefulWord
        fields = ("word", "language", "instead", "why")
        labels = {"instead": _("What to say instead"), "why": _("Why")}
        help_texts = {
            "instead": _("For example: people without a home."),
            "why": _("One friendly sentence. People read it while they write."),
        }

    def clean_word(self) -> str:
        return " ".join(self.cleaned_data["word"].split())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        word, language = data.get("word", ""), data.get("language", "")
        others = CarefulWord.objects.filter(word__iexact=word, language=language).exclude(pk=self.instance.pk)
        if word and others.exists():
            self.refuse_twice()
        return data

    def refuse_twice(self) -> None:
        said = _("“%(word)s” is on the list already. Change it there.")
        self.add_error("word", said % {"word": self.cleaned_data["word"]})

    def validate_constraints(self) -> None:
        """Said above, beside the field it is about."""


class PauseForm(forms.Form):
    """For how long."""

    lasting = forms.ChoiceField(
        label=_("How long to pause"),
        choices=[("day", _("For a day")), ("week", _("For a week")), ("open", _("Until I carry on"))],
        initial="day",
        widget=forms.RadioSelect,
    )


class BlockForm(forms.Form):
    """Why a node is blocked, for whoever reads its history later."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=300,
        help_text=_("It stands in the history of this node. Only the stewards here read it."),
    )


class ClaimAnswerForm(forms.Form):
    """Yes, or no with a reason."""

    answer = forms.ChoiceField(
        label=_("Your answer"),
        choices=[("yes", _("Yes: found their group and take the listing back")), ("no", _("No"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("If no, why"), required=False, max_length=280, help_text=_("They read it. Say what would convince you.")
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("answer") == "no" and not data.get("reason"):
            self.add_error("reason", _("Say why, so that they know what to do."))
        return data


class BringingForm(forms.Form):
    """A file and the mapping that says what is what in it; the file's own name is only shown."""

    upload = forms.FileField(
        label=_("File"), max_length=255, help_text=_("A table (CSV), JSON or a calendar (.ics), at most 10 MB.")
    )
    mapping = forms.ChoiceField(label=_("What is what in it"), required=False)
    own_mapping = forms.FileField(
        label=_("Or a mapping of your own"),
        required=False,
        max_length=255,
        help_text=_("A YAML file as those at the end of this page. It counts instead of the choice above."),
    )

    def __init__(self, *args: Any, shipped: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mapping"].choices = [("", _("Choose one")), *shipped]  # type: ignore[attr-defined]

    def clean_upload(self) -> UploadedFile:
        return _bounded(self.cleaned_data["upload"], LARGEST_FILE)

    def clean_own_mapping(self) -> UploadedFile | None:
        own = self.cleaned_data["own_mapping"]
        return _bounded(own, LONGEST_MAPPING) if own else None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("mapping") and not data.get("own_mapping") and "own_mapping" not in self.errors:
            self.add_error("mapping", _("Choose one, or upload your own."))
        return data

    def uploaded(self) -> dict[str, Any]:
        """For `uploads.begin`."""
        file, own = self.cleaned_data["upload"], self.cleaned_data["own_mapping"]
        return {
            "name": file.name,
            "chunks": file.chunks(),
            "mapping": own.name if own else self.cleaned_data["mapping"],
            "described": own.read() if own else None,
        }


def _bounded(file: UploadedFile, most: int) -> UploadedFile:
    if file.size > most:
        message = _("The file has %(size)s bytes; it may have at most %(most)s.")
        raise ValidationError(message, params={"size": file.size, "most": most})
    return file


class ThisNodeForm(forms.ModelForm):
    class Meta:
        model = ThisNode
        fields = ("name", "summary", "area", "contact", "reports", "hold_first_post", "tiles", "tiles_credit")
        widgets = {"summary": Paragraphs(attrs={"rows": 4}), "reports": Paragraphs(attrs={"rows": 4})}
        help_texts = {
            "name": _("Other nodes show it beside everything that comes from here."),
            "contact": _("Who to write to about this node. Everybody sees it."),
            "reports": _("Neighbour nodes read it: who looks at reports, how soon, and what can happen then."),
            "hold_first_post": _(
                "You then see it on the desk, and publish or refuse it. Also what somebody from a server that is no "
                "neighbour says first. Messages between two people never wait."
            ),
            "tiles": _(
                "The address of a server of map tiles, for example https://tiles.example.org/{z}/{x}/{y}.png. Your "
                "readers’ browsers then ask it for pictures. Without one the map has coasts, borders and boroughs."
            ),
            "tiles_credit": _("Shown below every map, as the licence of the streets asks. Addresses become links."),
        }

    def clean_tiles(self) -> str:
        tiles = self.cleaned_data["tiles"].strip()
        if not tiles:
            return ""
        try:
            return ground.check_tiles(tiles)
        except ground.BadTiles as bad:
            message = _("%(why)s For example https://tiles.example.org/{z}/{x}/{y}.png. You gave “%(tiles)s”.")
            raise ValidationError(message, params={"why": bad, "tiles": tiles}) from None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("tiles") and not data.get("tiles_credit"):
            self.add_error("tiles_credit", _("Say whose map it is. Nearly every licence asks for that."))
        return data


class KitForm(forms.Form):
    """Which starter kit to suggest; `kits` are all there are."""

    suggested = forms.ChoiceField(label=_("Suggest to new groups"), required=False, widget=forms.RadioSelect)

    def __init__(self, *args: Any, kits: Sequence[Kit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["suggested"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("None in particular")), *((each.slug, each.title) for each in kits)]


class SourceForm(forms.Form):
    """An account on other software to listen to."""

    address = forms.CharField(
        label=_("Account"),
        max_length=500,
        help_text=_("Its name with its server, such as @group@events.example.org, or the address of its page."),
    )


class DecisionForm(forms.Form):
    """What a steward does about a report, and the reason that everybody concerned reads."""

    decision = forms.ChoiceField(label=_("What do you decide"), widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("Why"),
        max_length=PARAM_LENGTH,
        widget=Paragraphs(attrs={"rows": 3}),
        help_text=_(
            "Whoever reported it reads this, and whoever published it, where something is done about it. At most"
            " 300 characters."
        ),
    )

    def __init__(self, *args: Any, decisions: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["decision"].choices = decisions  # type: ignore[attr-defined]


class RefusalForm(forms.Form):
    words = forms.CharField(
        label=_("A kind word on why not"),
        max_length=PARAM_LENGTH,
        widget=Paragraphs(attrs={"rows": 3}),
        help_text=_("Whoever wrote it reads this. Say what would make it welcome. At most 300 characters."),
    )

    def __init__(self, *args: Any, is_ours: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_ours:
            self.fields["words"].label = _("Why not")
            self.fields["words"].help_text = _("It stands in the list of what was decided. At most 300 characters.")
