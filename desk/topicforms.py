"""The steward's forms for the topics of this node. What may be said of a concept, `atlas.concept_rules` knows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from atlas.concept_rules import LONGEST_DEFINITION, LONGEST_LABEL, MOST_OTHER_WORDS, CannotSay, Words
from atlas.models import Mapping, Topic
from atlas.models.topics import LONGEST_IRI
from atlas.vocabulary import Vocabulary
from federation.values import tidy
from frontend.forms import Paragraphs

LONGEST_BOX = (LONGEST_LABEL + 2) * MOST_OTHER_WORDS * 2  # of other words: what is too much is said in words


class TopicForm(forms.Form):
    """What a concept is called and what it is, in the languages of this node, and where it lies."""

    def __init__(self, data: Any = None, *, topic: Topic | None = None) -> None:
        super().__init__(data, initial=_as_it_is(topic) if topic else None)
        for code, name in settings.LANGUAGES:
            self.fields[f"label_{code}"] = forms.CharField(
                label=_("Name (%(language)s)") % {"language": name}, required=False, max_length=LONGEST_LABEL
            )
            self.fields[f"also_{code}"] = forms.CharField(
                label=_("Other words for it (%(language)s)") % {"language": name},
                required=False,
                max_length=LONGEST_BOX,
                widget=Paragraphs(attrs={"rows": 3, "lang": code}),
                help_text=_("One on each line. Who looks for one of them finds this topic."),
            )
            self.fields[f"definition_{code}"] = forms.CharField(
                label=_("What it is (%(language)s)") % {"language": name},
                required=False,
                max_length=LONGEST_DEFINITION,
                widget=Paragraphs(attrs={"rows": 3, "lang": code}),
                help_text=_("One or two sentences."),
            )
        vocabulary = Vocabulary()
        kept = {topic.broader.slug} if topic is not None and topic.broader is not None else set()
        self.fields["broader"] = forms.ChoiceField(
            label=_("Under which topic"),
            required=False,
            choices=[("", _("Under none")), *vocabulary.choices(Topic.Scheme.TOPIC, kept=kept)],
            help_text=_("It flies that topic’s flag, and what is about it is found there too, on every node."),
        )
        self.vocabulary = vocabulary

    def words(self) -> Words:
        said: dict[str, dict[str, Any]] = {"label": {}, "also": {}, "definition": {}}
        for code, _name in settings.LANGUAGES:
            for name, by_language in said.items():
                text = self.cleaned_data.get(f"{name}_{code}", "")
                found = tidy(text, lines=name != "label")
                value = [each for each in map(tidy, found.splitlines()) if each] if name == "also" else found
                if value:
                    by_language[code] = value
        return Words(said["label"], said["also"], said["definition"])

    def broader(self) -> Topic | None:
        return self.vocabulary.get(Topic.Scheme.TOPIC, self.cleaned_data["broader"])


def _as_it_is(topic: Topic) -> dict[str, str]:
    found = {"broader": topic.broader.slug if topic.broader else ""}
    for code, _name in settings.LANGUAGES:
        found[f"label_{code}"] = topic.labels.get(code, "")
        found[f"also_{code}"] = "\n".join(topic.alt_labels.get(code, ()))
        found[f"definition_{code}"] = topic.definition.get(code, "")
    return found


class MappingForm(forms.Form):
    """What a concept has to do with another: one of the list here, or one elsewhere by its address."""

    relation = forms.ChoiceField(
        label=_("This topic…"), choices=Mapping.Relation.choices, initial=Mapping.Relation.EXACT
    )
    known = forms.ChoiceField(label=_("A topic of the list"), required=False)
    target = forms.CharField(
        label=_("Or the address of one elsewhere"),
        required=False,
        max_length=LONGEST_IRI,
        help_text=_("For example of a neighbour’s topic, or from Wikidata. This node never looks there."),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        choices = [("", _("Choose one")), *Vocabulary().choices(Topic.Scheme.TOPIC, by="iri")]
        self.fields["known"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not {"known", "target"} & self.errors.keys() and bool(data.get("known")) == bool(data.get("target")):
            self.add_error("target", _("Choose a topic of the list, or give an address: one of the two."))
        return data

    @property
    def said(self) -> str:
        return str(self.cleaned_data["known"] or self.cleaned_data["target"])


def refuse(form: forms.Form, no: CannotSay) -> None:
    """Say at its field what stands in the way."""
    form.add_error(no.field if no.field in form.fields else None, no.message)
