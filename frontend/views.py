"""The living style page, the accessibility statement, reading offline, and what is said when something broke."""

from __future__ import annotations

import sys
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from frontend import keeping, specimens, writing

WORKER = "dist/worker.js"
BUSY_SECONDS = 30  # after which to ask again


@require_safe
def style(request: HttpRequest) -> HttpResponse:
    """Every component in `?theme=light`, `dark` or `contrast` and in `?language=`; without a theme, in all of them."""
    language = request.GET.get("language", "")
    with translation.override(language if language in dict(settings.LANGUAGES) else translation.get_language()):
        response = render(request, "frontend/style.html", specimens.specimens(request.GET))
        response["Content-Language"] = translation.get_language() or settings.LANGUAGE_CODE
    return response


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


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The program that keeps pages for reading offline. It acts for the whole site, so it stands at its root; browsers
    look every time whether there is another version."""
    found = finders.find(WORKER)
    if not found:
        raise Http404
    answer = HttpResponse(Path(found).read_bytes(), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What the worker shows for a page it has not kept: the same for everybody, in the reader's language."""
    keeping.never(request)
    return render(request, "frontend/offline.html")


def broken(request: HttpRequest) -> HttpResponse:
    """500; or 503 where the database could not be reached or had too much to write: nothing is wrong then with what was
    asked, nothing of it was kept, and people and other nodes are told to ask again. The page asks the database nothing.
    """
    if not isinstance(sys.exc_info()[1], OperationalError):
        return HttpResponse(render_to_string("500.html"), status=500)
    answer = HttpResponse(render_to_string("503.html"), status=503)
    answer["Retry-After"] = str(BUSY_SECONDS)
    return answer
