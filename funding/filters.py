"""The filter bar of the list of calls: the atlas's own, with what one asks of money."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import django_filters
from django import forms
from django.db.models import Case, F, IntegerField, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from atlas.fieldtypes import ConceptField, DayField
from atlas.filters import CardFilter
from atlas.models import CardQuerySet
from funding import money
from funding.forms import AmountField
from funding.models import Call, Status

ANY = "any"


class _Asked(django_filters.Filter):
    """Leaves the list as it is while its field is empty; CallFilter has the method of its name otherwise."""

    def __init__(self, field_class: type[forms.Field], **kwargs: Any) -> None:
        self.field_class = field_class
        super().__init__(**kwargs)


class CallFilter(CardFilter):
    """Cards of calls. Without a status asked for, those that are not closed."""

    status = _Asked(ConceptField, method="by_status", label=_("Status"))
    closes = _Asked(DayField, method="by_closing", label=_("Closes by"))
    amount = _Asked(AmountField, method="by_amount", label=_("Gives as much as"))
    currency = _Asked(ConceptField, method="by_currency", label=_("Currency"))
    kind = axis = support = since = until = bbox = None

    # The order in which they stand in the bar.
    ORDER = ("q", "status", "topic", "closes", "amount", "currency", "area", "node")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        statuses = [*Status.choices, (ANY, _("All, closed too"))]
        self._offer("status", _("Open or not open yet"), statuses)
        codes = sorted(set(self._calls().exclude(currency="").values_list("currency", flat=True)))
        self._offer("currency", _("All currencies"), [(code, money.label(code)) for code in codes])
        self.filters = {name: self.filters[name] for name in self.ORDER}

    def _offer(self, name: str, everything: Any, choices: list[Any], accepted: Any = None) -> None:
        if name in self.filters:
            super()._offer(name, everything, choices, accepted)

    def _calls(self) -> Any:
        return Call.objects.filter(uri__in=self.queryset.order_by().values("uri"))

    @property
    def asks_for_any_status(self) -> bool:
        return bool(self.in_force.get("status"))

    def without(self, *names: str) -> CardQuerySet:
        found = super().without(*names)
        if self.asks_for_any_status or "status" in names:
            return found
        return found.exclude(uri__in=_with_status(Status.CLOSED))

    def in_order(self) -> CardQuerySet:
        """What can be applied for now and closes soonest first; what is closed last, the latest first.

        Where words were asked for, what fits them best.
        """
        if self.search:
            return self.search.best_first(self.qs)
        now = timezone.now()
        rank = Case(
            When(ends__lte=now, then=Value(2)),
            When(starts__gt=now, then=Value(1)),
            default=Value(0),
            output_field=IntegerField(),
        )
        closed_at = Case(When(ends__lte=now, then=F("ends")))
        return self.qs.annotate(rank=rank, closed_at=closed_at).order_by(
            "rank", F("closed_at").desc(nulls_last=True), F("ends").asc(nulls_last=True), "-updated", "-pk"
        )

    # --- One method per filter ----------------------------------------------------------------------------------------

    def by_status(self, found: CardQuerySet, name: str, value: str) -> CardQuerySet:
        return found if value == ANY else found.filter(uri__in=_with_status(value))

    def by_closing(self, found: CardQuerySet, name: str, value: dt.date) -> CardQuerySet:
        """Before that day is over, where the reader is. What never closes is left out."""
        over = timezone.make_aware(dt.datetime.combine(value + dt.timedelta(days=1), dt.time()))
        return found.filter(uri__in=Call.objects.filter(closes_at__lt=over).values("uri"))

    def by_amount(self, found: CardQuerySet, name: str, value: Decimal) -> CardQuerySet:
        """Calls that say how much, where one applicant can get this much."""
        most = Coalesce("maximum", "total")
        calls = Call.objects.exclude(currency="").annotate(most=most)
        fitting = calls.filter(Q(minimum=None) | Q(minimum__lte=value), Q(most=None) | Q(most__gte=value))
        return found.filter(uri__in=fitting.values("uri"))

    def by_currency(self, found: CardQuerySet, name: str, value: str) -> CardQuerySet:
        return found.filter(uri__in=Call.objects.filter(currency=value).values("uri"))


def _with_status(status: str) -> Any:
    return Call.objects.with_status().filter(status=status).values("uri")
