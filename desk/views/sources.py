"""Accounts on other software that this node listens to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import stewards_only
from desk import queries
from desk.forms import SourceForm
from federation.models import Source
from federation.sources import CannotListen, listen_to, stop_listening
from frontend.forms import form_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def why_not(no: CannotListen) -> str:
    """What stands in the way, in the steward's language."""
    words = {
        CannotListen.OURS: _("%(address)s is on this node itself."),
        CannotListen.ALREADY: _("This node listens to %(address)s already."),
        CannotListen.TOO_MANY: _("This node listens to as many accounts as it can. Stop listening to one first."),
    }.get(no.reason, _("“%(address)s” is no account. Write it as @group@events.example.org, or paste its address."))
    return words % {"address": no.address[:100]}


@form_page
@stewards_only
def page(request: HttpRequest) -> HttpResponse:
    form = SourceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            source = listen_to(form.cleaned_data["address"], by=request.actor.uri)
        except CannotListen as no:
            form.add_error("address", why_not(no))
        else:
            messages.success(request, _("%(source)s is being looked for.") % {"source": source})
            return redirect("desk-sources")
    context = {"form": form, "sources": queries.sources()}
    return render(request, "desk/sources.html", context, status=400 if form.errors else 200)


@require_POST
@stewards_only
def leave(request: HttpRequest, source_id: int) -> HttpResponse:
    source = get_object_or_404(Source.objects.select_related("actor"), pk=source_id)
    stop_listening(source, by=request.actor.uri)
    messages.success(request, _("This node no longer listens to %(source)s.") % {"source": source})
    return redirect("desk-sources")
