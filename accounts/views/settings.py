"""A person's own settings, and the choice of language that visitors have too."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.i18n import set_language as remember_language

from accounts import actions
from accounts.access import signed_in
from accounts.forms import LanguageForm, SettingsForm
from frontend.forms import form_page


@signed_in
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """All that a person can choose for themself, one link each."""
    return render(request, "accounts/me.html")


@signed_in
@form_page
def settings(request: HttpRequest) -> HttpResponse:
    saved = {"language": request.user.language, "time_zone": request.user.time_zone}
    form = SettingsForm(request.POST or None, initial=saved)
    if request.method != "POST" or not form.is_valid():
        status = 400 if request.method == "POST" else 200
        return render(request, "accounts/settings.html", {"form": form}, status=status)
    actions.set_settings(request.user, **form.cleaned_data)
    with translation.override(request.user.language):
        messages.success(request, _("Your settings are saved."))
    return redirect("accounts:settings")


@form_page
def language(request: HttpRequest) -> HttpResponse:
    """Pages in another language from now on: kept in a cookie, and with the account of who is signed in."""
    form = LanguageForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        status = 400 if request.method == "POST" else 200
        return render(request, "accounts/language.html", {"form": form}, status=status)
    if request.user.is_authenticated:
        actions.set_language(request.user, form.cleaned_data["language"])
    return remember_language(request)
