"""Form fields for what most kinds share: topics, a point, languages, an audience."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from atlas.placed import MAX_TOPICS
from atlas.vocabulary import Vocabulary

LANGUAGES = [("en", "English"), ("it", "Italiano"), ("es", "Español"), ("fr", "Français"), ("pt", "Português"),
             ("ar", "العربية"), ("bn", "বাংলা"), ("zh", "中文"), ("pl", "Polski"), ("ro", "Română"), ("so", "Soomaali"),
             ("tr", "Türkçe"), ("uk", "Українська"), ("ur", "اردو"), ("fa", "فارسی"), ("he", "עברית")]  # fmt: skip


class ConceptsField(forms.MultipleChoiceField):
    """Some concepts of a scheme. `by` says whether IRIs (topics) or bare slugs (kinds) are stored."""

    def __init__(self, scheme: str, *, by: str = "slug", most: int = 10, **kwargs: Any) -> None:
        self.scheme, self.by, self.most = scheme, by, most
        self.kept: frozenset[str] = frozenset()
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", forms.CheckboxSelectMultiple)
        super().__init__(choices=self._choices, **kwargs)

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> BoundField:
        """What a thing has already stays to be chosen, also where stewards have retired it since."""
        self.kept = frozenset(map(str, form.get_initial_for_field(self, field_name) or ()))
        self.choices = self._choices
        return super().get_bound_field(form, field_name)

    def _choices(self) -> list[tuple[str, Any]]:
        vocabulary = Vocabulary()
        nests = any(topic.broader_id is not None for topic in vocabulary.of(self.scheme))
        return vocabulary.choices(self.scheme, by=self.by, kept=self.kept, grouped=nests)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if len(value) > self.most:
            raise ValidationError(
                _("Choose at most %(most)s; you chose %(chosen)s."), params={"most": self.most, "chosen": len(value)}
            )


class TopicsField(ConceptsField):
    """Up to six topics, stored by IRI."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Topics"))
        super().__init__("topic", by="iri", most=MAX_TOPICS, **kwargs)


class LanguagesField(forms.MultipleChoiceField):
    """The languages people can speak here."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Languages"))
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", forms.CheckboxSelectMultiple)
        super().__init__(choices=LANGUAGES, **kwargs)


class LanguageField(forms.ChoiceField):
    """The language a text is written in, so that readers and screen readers know."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Written in"))
        kwargs.setdefault("initial", get_language)
        super().__init__(choices=LANGUAGES, **kwargs)


class DegreesField(forms.FloatField):
    """Degrees WGS 84, written as 51.5 or 51,5."""

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(min_value=-most, max_value=most, **kwargs)

    def to_python(self, value: Any) -> float | None:  # type: ignore[override]  # Django types it as its parent does  # type: ignore[override]  # Django stubs derive from integers
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)


class PointFormMixin(forms.Form):
    """Latitude and longitude, both or neither."""

    lat = DegreesField(most=90, label=_("Latitude"), help_text=_("For example 51.5246. Leave empty to show no point."))
    lon = DegreesField(most=180, label=_("Longitude"), help_text=_("For example -0.1340."))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        lat, lon = data.get("lat"), data.get("lon")
        if (lat is None) != (lon is None) and not {"lat", "lon"} & self.errors.keys():
            missing = "lat" if lat is None else "lon"
            self.add_error(missing, _("Give both latitude and longitude, or leave both empty."))
        return data
