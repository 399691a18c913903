"""The porter's answer: a question in plain words, and what there is for it on all nodes."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from atlas import porter, searching
from atlas.access import cards_for
from atlas.filters import CardFilter
from atlas.models import Topic
from atlas.views.fragments import is_for
from frontend import filtering

ANSWER = "answer"  # id of the fragment that fetches itself again
LONGEST_TITLE = 120  # characters of a question that becomes the title of a need


@require_safe
def ask(request: HttpRequest) -> HttpResponse:
    """`/ask/?q=…`; without a question, the door where it is asked."""
    if not request.GET.get("q", "").strip():
        return redirect("home")
    filters = CardFilter(filtering.only(request.GET, "q", filtering.EXACT), cards_for(request))
    answer = porter.answer(filters)
    words = (answer.search.mended_text or answer.search.text) if answer else ""
    context = {
        "filters": filters,
        "answer": answer,
        "named": searching.topics_named(words, filters.vocabulary.of(Topic.Scheme.TOPIC)) if words else [],
        "as_need": f"/needs/new?{urlencode({'title': request.GET['q'].strip()[:LONGEST_TITLE]})}",
    }
    response = render(request, "atlas/_answer.html" if is_for(request, ANSWER) else "atlas/ask.html", context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response
