"""What a person gets by e-mail, and the links that stop it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from accounts.access import signed_in
from frontend.forms import form_page
from notifications import mailing, matters, stopping
from notifications.forms import MailForm


@form_page
@never_cache
@signed_in
def choices(request: HttpRequest) -> HttpResponse:
    form = MailForm(request.user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        matters.choose(request.user, form.paces, form.quiet)
        messages.success(request, _("Your choices are saved."))
        return redirect("notifications:mail")
    status = 400 if request.method == "POST" else 200
    context = {"form": form, "can_send": mailing.can_send(), "address": mailing.address_of(request.user)}
    return render(request, "notifications/mail_choices.html", context, status=status)


@csrf_exempt  # mail programs send the POST of RFC 8058, without a cookie: the signed link is the permission
@form_page
@never_cache
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Asks first, since programs open links by themselves; a POST stops, and is answered without a redirect."""
    try:
        user, what = stopping.read(token)
    except stopping.BadLink:
        return render(request, "notifications/stopping_refused.html", status=404)
    done = request.method == "POST"
    if done:
        stopping.carry_out(user, what)
    return render(request, "notifications/stopping.html", {"question": stopping.question(what), "done": done})
