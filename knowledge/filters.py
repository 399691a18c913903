"""The filter bar of the list of know-how: the atlas's own, with our kinds."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from atlas.fieldtypes import ConceptField
from atlas.filters import CardFilter
from atlas.models import CardQuerySet
from knowledge.models import Kind, Page


class _KindFilter(django_filters.Filter):
    field_class = ConceptField


class PageFilter(CardFilter):
    """Cards of know-how pages."""

    sort = _KindFilter(method="by_sort", label=_("Kind of page"))
    axis = support = since = until = bbox = None

    # The order in which they stand in the bar.
    ORDER = ("q", "sort", "topic", "area", "node", "group", "kind")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("sort", _("All kinds"), Kind.choices)
        self.filters["area"].label = _("Where it holds")
        self.filters = {name: self.filters[name] for name in self.ORDER}

    def _offer(self, name: str, everything: Any, choices: list[Any], accepted: Any = None) -> None:
        if name in self.filters:
            super()._offer(name, everything, choices, accepted)

    def by_sort(self, found: CardQuerySet, name: str, value: str) -> CardQuerySet:
        return found.filter(uri__in=Page.objects.filter(kind=value).values("uri"))
