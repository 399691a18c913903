"""Who welcomes newcomers: asking somebody, and ending it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import stewards_only
from cop import hosting
from cop.actions import hosts as actions
from cop.models import Host
from desk.hostforms import AskHostForm
from frontend.forms import form_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PER_PAGE = 20


@form_page
@stewards_only
def hosts(request: HttpRequest) -> HttpResponse:
    """The list, with the form to ask one more."""
    form = AskHostForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _asked(request, form):
        return redirect("desk-hosts")
    context = {"form": form, "page": Paginator(hosting.hosts(), PER_PAGE).get_page(request.GET.get("page"))}
    return render(request, "desk/hosts.html", context, status=400 if form.errors else 200)


@require_POST
@stewards_only
def end(request: HttpRequest, host_id: int) -> HttpResponse:
    if actions.end_host(request.user, get_object_or_404(Host, pk=host_id)):
        messages.success(request, _("Ended. Newcomers no longer see them, and their words are erased."))
    else:
        messages.info(request, _("They said no already, and that stays: there was nothing to end."))
    return redirect("desk-hosts")


def _asked(request: HttpRequest, form: AskHostForm) -> bool:
    try:
        actions.ask_host(request.user, form.cleaned_data["who"], form.words())
    except actions.AlreadyAsked:
        form.add_error("who", _("They are on the list below, or said no less than 30 days ago."))
        return False
    messages.success(request, _("They are asked now. Nothing is shown before they say yes."))
    return True
