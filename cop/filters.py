"""The filter bar of the lists of needs and offers: the atlas's own, with what is past its last day left out."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone

from atlas.filters import CardFilter
from atlas.models import CardQuerySet


class ProposalFilter(CardFilter):
    """Cards of needs or offers. Without a day asked for, those whose last day has not passed."""

    def without(self, *names: str) -> CardQuerySet:
        found = super().without(*names)
        if {"since", "until"} & self.in_force.keys():
            return found
        return found.filter(Q(ends__isnull=True) | Q(ends__gte=timezone.now()))
