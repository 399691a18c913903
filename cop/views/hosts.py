"""Welcoming newcomers: where the person who was asked answers, writes their words, and stops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import signed_in
from cop import hosting
from cop.actions import hosts as actions
from cop.actions.people import person_of
from cop.forms.hosts import HostForm
from cop.models import Host
from frontend.forms import form_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@signed_in
@form_page
def welcoming(request: HttpRequest) -> HttpResponse:
    """Whoever was not asked reads how it works."""
    host = Host.objects.filter(user=request.user).exclude(state=Host.State.DECLINED).first()
    if host is None:
        return render(request, "cop/welcoming.html", {"host": None})
    form = HostForm.of(host, request.POST or None)
    if request.method == "POST" and form.is_valid() and _agreed(request, host, form):
        return redirect("welcoming")
    context = {
        "host": host,
        "form": form,
        "person": person_of(request.actor),
        "lately": hosting.lately_welcomed(host),
    }
    return render(request, "cop/welcoming.html", context, status=400 if form.errors else 200)


@signed_in
@require_POST
def stop_welcoming(request: HttpRequest) -> HttpResponse:
    """No, or no longer."""
    host = Host.objects.filter(user=request.user).first()
    if host is not None:
        actions.decline(host)
        messages.success(request, _("Newcomers do not see your name here, and your words are erased."))
    return redirect("welcoming")


def _agreed(request: HttpRequest, host: Host, form: HostForm) -> bool:
    try:
        actions.agree(host, form.words(), to_visitors=form.cleaned_data["to_visitors"])
    except actions.NoPage:
        form.add_error(None, _("Show your page with a name first: newcomers see it, and write to you from there."))
        return False
    except actions.NotAsked:
        messages.error(request, _("The stewards have ended it meanwhile. Nothing of your answer is shown."))
        return True
    messages.success(request, _("Thank you. Newcomers now read your welcome."))
    return True


def home_section(request: HttpRequest) -> str:
    """At the front door, beside the first steps: for newcomers the whole welcome, for visitors the name alone."""
    if not hosting.is_welcomed_here():
        return ""
    language = (get_language() or "en").split("-")[0]
    if request.actor:
        greeting = hosting.greeting_for(request.actor, language)
    else:
        greeting = hosting.greeting_for_visitors(language)
    if greeting is None:
        return ""
    context = {"greeting": greeting, "in_words": bool(request.actor)}
    return render_to_string("cop/_welcome.html", context, request=request)
