"""“This week” on one sheet of paper."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from atlas import lists, week
from atlas.access import cards_of
from frontend import times


@require_safe
def this_week(request: HttpRequest) -> HttpResponse:
    """What any visitor may see, whoever prints it, in the language and by the clock of whoever does."""
    filters = week.WeekFilter(request.GET, cards_of(None))
    address = settings.ORIGIN + (lists.address_of(request.path, filters) or request.path)
    context = {
        "filters": filters,
        "words": lists.words_of(filters),
        "sheet": week.sheet(filters.qs),
        "address": address,
        "code": week.code(address),
        "made": times.when_words(timezone.localtime()),
        "zone": times.zone_words(times.zone(None)),
    }
    return render(request, "atlas/week.html", context)
