"""“Not for us”: a suggestion goes from the list of a thing of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import signed_in
from cop import access
from cop.actions.suggestions import dismiss_suggestion

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@signed_in
@require_POST
def dismiss(request: HttpRequest) -> HttpResponse:
    thing = access.thing_for_reading(request.actor, request.POST.get("for", ""))
    dismiss_suggestion(request.actor, thing, request.POST.get("other", ""))
    messages.success(request, _("It is not suggested here again. Nobody is told."))
    return redirect(f"{thing.get_absolute_url()}#suggestions")
