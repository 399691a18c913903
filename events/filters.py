"""The filter bar of the list of gatherings: the atlas's own, with our kinds, and what is over left out."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from atlas.filters import CardFilter
from atlas.models import CardQuerySet
from events.models import Gathering


class GatheringFilter(CardFilter):
    """Cards of gatherings. Without a day asked for, those that are not over."""

    support = None
    bbox = None
    exchange = None

    def _offer(self, name: str, everything: Any, choices: list[Any], accepted: Any = None) -> None:
        if name == "kind":
            everything, choices = _("All kinds"), Gathering.Kind.choices
        if name in self.filters:
            super()._offer(name, everything, choices, accepted)

    def by_kind(self, found: CardQuerySet, name: str, value: str) -> CardQuerySet:
        return found.filter(uri__in=Gathering.objects.filter(kind=value).values("uri"))

    def in_order(self) -> CardQuerySet:
        """Soonest first, on every database; those that tell no date last. For words, what fits them best."""
        found = self.qs
        if not {"since", "until"} & self.in_force.keys():
            now = timezone.now()
            found = found.filter(
                Q(ends__gte=now) | Q(ends__isnull=True) & (Q(starts__gte=now) | Q(starts__isnull=True))
            )
        if self.search:
            return self.search.best_first(found)
        return found.order_by(F("starts").asc(nulls_last=True), "ends", "pk")
