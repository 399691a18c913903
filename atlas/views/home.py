"""The front door: a porter's desk, first version."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from atlas import queries
from atlas.access import cards_for, reading
from atlas.doors import DOORS
from atlas.tallies import Tallies
from atlas.views.fragments import is_for
from frontend.flags import TOPIC_WORDS

NEWEST = 3
DATES = 3
NEWCOMER = dt.timedelta(days=7)
JUST_NOW = "just-now"  # id of the fragment that fetches itself again


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The whole page, or what moves on it when htmx asks for that."""
    visible = cards_for(request)
    context: dict[str, Any] = {
        "newest": queries.just_now(visible, NEWEST),
        "extent": queries.extent(visible, Tallies(reading(request)).of_all()),
    }
    if is_for(request, JUST_NOW):
        response = render(request, "atlas/_just_now.html", context)
    else:
        context |= {
            "doors": DOORS,
            "topics": list(TOPIC_WORDS),
            "dates": queries.next_dates(visible, DATES),
            "is_newcomer": _is_newcomer(request),
        }
        response = render(request, "atlas/home.html", context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _is_newcomer(request: HttpRequest) -> bool:
    """Somebody without an account here, or with a new one."""
    user = request.user
    return not user.is_authenticated or user.joined_at > timezone.now() - NEWCOMER
