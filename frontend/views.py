"""The living style page and the accessibility statement."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from frontend import specimens


@require_safe
def style(request: HttpRequest) -> HttpResponse:
    """Every component once, in the reader's language; `?theme=dark` or `light` overrides the system's."""
    asked = request.GET.get("theme", "")
    theme = asked if asked in ("light", "dark") else ""
    return render(request, "frontend/style.html", specimens.specimens(request.GET) | {"theme": theme})


@require_safe
def style_pins(request: HttpRequest) -> HttpResponse:
    return JsonResponse(specimens.pins(), content_type="application/geo+json")


@require_safe
def style_network(request: HttpRequest) -> HttpResponse:
    return JsonResponse(specimens.network())


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "frontend/accessibility.html")
