"""The filter bars of the lists of needs and offers, and of what can be borrowed: the atlas's own, with what is past its
last day left out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_filters import Filter

from atlas.fieldtypes import Spot, quote
from atlas.filters import CardFilter
from atlas.models import Area, Card, CardQuerySet
from atlas.placing import area_called


class ProposalFilter(CardFilter):
    """Cards of needs or offers. Without a day asked for, those whose last day has not passed."""

    def without(self, *names: str) -> CardQuerySet:
        found = super().without(*names)
        if {"since", "until"} & self.in_force.keys():
            return found
        return found.filter(Q(ends__isnull=True) | Q(ends__gte=timezone.now()))


class AreaField(forms.CharField):
    """The name of an area that this node has the outline of, as an Area."""

    def clean(self, value: Any) -> Area | None:
        name = super().clean(value)
        found = area_called(name) if name else None
        if name and found is None:
            message = _("“%(value)s” is no area that we know. Choose one from the list.")
            raise ValidationError(message, "invalid", {"value": quote(name)})
        return found


class _PlaceFilter(Filter):  # type: ignore[misc]  # django-filter has no types
    field_class = AreaField


class LendingFilter(ProposalFilter):
    """Cards of what can be borrowed, the nearest first where somebody says where they start, else by title."""

    tells_distances = True
    exchange = None  # it is what the list is of
    place = _PlaceFilter(
        method="by_place",
        label=_("Nearest to"),
        help_text=_("An area. Nothing is left out: it only says what comes first."),
        max_length=100,
        widget=forms.TextInput({"list": "areas", "autocomplete": "off"}),
    )

    def _offer(self, name: str, everything: Any, choices: list[Any], accepted: Any = None) -> None:
        if name in self.filters:
            super()._offer(name, everything, choices, accepted)

    def without(self, *names: str) -> CardQuerySet:
        return super().without(*names).filter(exchange=Card.Exchange.LENDING)

    @cached_property
    def start(self) -> Spot | None:
        """The point asked for, else the middle of the place, else that of the area."""
        place = self.in_force.get("place")
        if "near" in self.in_force or place is None:
            return super().start  # type: ignore[no-any-return]
        return Spot((place.south + place.north) / 2, (place.west + place.east) / 2)

    def in_order(self) -> CardQuerySet:
        found = self.qs
        if self.search:
            return self.search.best_first(found)
        return found.nearest_first(*self.start) if self.start is not None else found.by_title()

    def by_place(self, found: CardQuerySet, name: str, value: Area) -> CardQuerySet:
        return found
