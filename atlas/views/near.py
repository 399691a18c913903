"""What is near somebody. The question is in the address and nowhere else: neither we nor browsers keep the answer."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from atlas.access import cards_for
from atlas.near import Near
from atlas.views.fragments import is_for
from frontend import filtering, keeping

THINGS = "near-things"  # id of the fragment that the front door fetches
REFUSED, TO_MEND = 422, 400  # browsers show the first inside a page, the second as a page


@require_safe
@never_cache
def near(request: HttpRequest) -> HttpResponse:
    """`/near/?area=Camden` or `/near/?near=51.54,-0.14`: a page, or its list alone when htmx asks for that."""
    keeping.never(request)
    found = Near(filtering.only(request.GET, "area", "near"), cards_for(request))
    is_wrong = bool(found.form.errors)
    context = {"near": found}
    if is_for(request, THINGS):
        response = render(request, "atlas/_near_things.html", context, status=REFUSED if is_wrong else 200)
    else:
        response = render(request, "atlas/near.html", context, status=TO_MEND if is_wrong else 200)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response
