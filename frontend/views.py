"""The living style page, the accessibility statement, and what is said when something broke."""

from __future__ import annotations

import sys

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from frontend import specimens, writing

BUSY_SECONDS = 30  # after which to ask again


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


@require_POST
def writing_help(request: HttpRequest) -> JsonResponse:
    """Hints on what somebody is writing, for the island that asks after each pause. Nothing of it is kept.

    For people with an account, since only they have a form to write in.
    """
    if not request.user.is_authenticated:
        return JsonResponse({"error": _("Sign in to have your words looked at.")}, status=403)
    asked = request.POST.get("form", "")
    wanted = writing.offered(asked)
    if wanted is None:
        return JsonResponse({"error": _("form: we know no form of that name.")}, status=400)
    if sum(map(len, request.POST.values())) > writing.LONGEST_TAKEN:
        message = _("Your text is too long to be looked at: at most %(most)s letters.")
        return JsonResponse({"error": message % {"most": writing.LONGEST_TAKEN}}, status=413)
    found = writing.look_at(wanted, request.POST)
    answer = JsonResponse({"hints": {name: [hint._asdict() for hint in hints] for name, hints in found.items()}})
    answer["Cache-Control"] = "no-store"
    return answer


def broken(request: HttpRequest) -> HttpResponse:
    """500; or 503 where the database could not be reached or had too much to write: nothing is wrong then with what was
    asked, nothing of it was kept, and people and other nodes are told to ask again. The page asks the database nothing.
    """
    if not isinstance(sys.exc_info()[1], OperationalError):
        return HttpResponse(render_to_string("500.html"), status=500)
    answer = HttpResponse(render_to_string("503.html"), status=503)
    answer["Retry-After"] = str(BUSY_SECONDS)
    return answer
