"""Writing a post, an answer or a message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from atlas.attaching import AttachmentsFormMixin
from atlas.editing import EditFormMixin
from atlas.fields import LanguageField
from cop import talk
from cop.access import SELF, NotAllowed
from cop.models import Group, Post
from cop.models.conversations import LONGEST_TEXT
from frontend.forms import OnceFormMixin, Paragraphs

if TYPE_CHECKING:
    from cop.talk import Voices
    from federation.models import Actor, Published


class WordsForm(OnceFormMixin, forms.Form):
    """Words alone: a message to one person."""

    text = forms.CharField(
        label=_("Your words"), max_length=LONGEST_TEXT, widget=Paragraphs(attrs={"rows": 4}),
        help_text=_("You can use Markdown."),
    )  # fmt: skip
    language = LanguageField()


class PostForm(AttachmentsFormMixin, WordsForm):
    """Words about a thing, or an answer to somebody. `voices` are the names one may write under."""

    about = forms.CharField(max_length=500, widget=forms.HiddenInput)
    reply_to = forms.CharField(max_length=500, required=False, widget=forms.HiddenInput)
    voice = forms.ChoiceField(label=_("Written by"))
    instance = Post()  # nothing hangs at what is not written yet

    def __init__(self, *args: Any, voices: Voices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["voice"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(key, name or _("Myself")) for key, name in voices.choices]
        self.fields["text"].help_text = _("Write @ and a name to speak to somebody here. You can use Markdown.")

    @property
    def one_voice(self) -> bool:
        """Their own: then there is nothing to choose. That it is a group's is always shown."""
        field = self.fields["voice"]
        assert isinstance(field, forms.ChoiceField)
        return [key for key, _name in field.choices] == [SELF]


class SubjectForm(PostForm):
    """A new subject in a group's discussion."""

    title = forms.CharField(label=_("Subject"), max_length=200, required=False)
    members_only = forms.BooleanField(label=_("For members of the group only"), required=False)

    def __init__(self, *args: Any, voices: Voices, **kwargs: Any) -> None:
        super().__init__(*args, voices=voices, **kwargs)
        self.has_no_page = voices.members_only and (SELF, "") in voices.choices
        if self.has_no_page:
            self.fields["members_only"].initial = True
            hint = _("You show no page: only the members know who you are.")
            for_all = _("What you write in the name of a group can be for everyone.")
            self.fields["members_only"].help_text = f"{hint} {for_all}" if len(voices.choices) > 1 else hint

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if self.has_no_page and said.get("voice") == SELF and not said.get("members_only"):
            self.add_error("members_only", _("Tick this, or show your page first: others would not know who writes."))
        return said


class PostEditForm(AttachmentsFormMixin, EditFormMixin, forms.ModelForm):
    language = LanguageField()

    class Meta:
        model = Post
        fields = ("text", "language")
        widgets = {"text": Paragraphs(attrs={"rows": 6})}


def form_for(thing: Published, reply_to: str = "") -> type[PostForm]:
    """In a group one opens subjects; everywhere else one writes about the thing, or answers."""
    return SubjectForm if isinstance(thing, Group) and not reply_to else PostForm


def writing(reader: Actor | None, thing: Published, answered: Post | None = None) -> dict[str, Any]:
    """The form to write, or why there is none: not signed in, not in the group, no name to write under; and whether
    the reader may take words out of the talk."""
    if not reader:
        return {"form": None, "why_not": "sign in"}
    seats = talk.seats_of(reader)
    may = {"may_take_out": talk.leads(seats, thing)}
    try:
        voices = talk.voices(reader, thing, seats, answered=answered.audience if answered is not None else "")
    except NotAllowed:
        return {"form": None, "why_not": "join"} | may
    if not voices.choices:
        return {"form": None, "why_not": "show a page"} | may
    reply_to = answered.uri if answered is not None else ""
    initial = {"about": thing.uri, "reply_to": reply_to, "voice": voices.choices[0][0]}
    return {"form": form_for(thing, reply_to)(initial=initial, voices=voices), "why_not": ""} | may
