"""Naming a place that people have on their list: by its name, or by the address of its page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from atlas.fieldtypes import quote
from cop.models import Place

if TYPE_CHECKING:
    from federation.models import Actor, PublishedQuerySet

MOST_OFFERED = 200
MOST_NAMED = 5


class VenueField(forms.CharField):
    """A place the reader may see, or None. Names alone are not unique: of several, the form says which there are."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Place from the list"))
        kwargs.setdefault("required", False)
        kwargs.setdefault(
            "help_text",
            _("Write its name or paste the address of its page. What you leave empty below is taken from there."),
        )
        widget = forms.TextInput({"list": "known-places", "autocomplete": "off"})
        super().__init__(max_length=500, widget=widget, **kwargs)
        self.places: PublishedQuerySet = Place.objects.visible_to(None)

    def for_reader(self, reader: Actor | None) -> None:
        self.places = Place.objects.visible_to(reader)

    @property
    def known(self) -> list[Place]:
        """What a browser can offer without a question to the server: those of this node first."""
        named = self.places.only("name", "area").order_by(F("node").asc(nulls_first=True), "name")
        return list(named[:MOST_OFFERED])

    def prepare_value(self, value: Any) -> Any:
        """An address as the name of its place, where only one has it."""
        if not isinstance(value, str) or "/" not in value:
            return value
        place = self.places.filter(uri=value).first()
        alone = place is not None and self.places.filter(name__iexact=place.name).count() == 1
        return place.name if place is not None and alone else value

    def clean(self, value: Any) -> Any:
        # Half a character is in no name, and no database can be asked for it.
        said = super().clean(value).strip().encode(errors="replace").decode()
        if not said:
            return None
        found = self._by_address(said) or list(self.places.filter(name__iexact=said)[: MOST_NAMED + 1])
        if len(found) == 1:
            return found[0]
        if not found:
            message = _("“%(value)s” is no place we know. Write its name as on its page, or leave this empty.")
            raise ValidationError(message, "unknown", {"value": quote(said)})
        named = "; ".join(
            f"{place.area or place.address}: {settings.ORIGIN}{place.get_absolute_url()}" for place in found
        )
        message = _("Several places are called “%(value)s”. Paste the address of the one you mean: %(places)s")
        raise ValidationError(message, "several", {"value": quote(said), "places": named})

    def _by_address(self, said: str) -> list[Place]:
        path = said.removeprefix(settings.ORIGIN)
        if not path.startswith("/places/"):
            return list(self.places.filter(uri=said)[:1]) if "://" in said else []
        return list(self.places.filter(public_id=path.removeprefix("/places/").strip("/"))[:1])
