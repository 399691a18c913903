"""The starter kits as stewards see them, and which one this node suggests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access import stewards_only
from cop.kits import asking
from cop.kits.reading import all_kits
from desk.forms import KitForm
from desk.kits import suggest_kit, suggested
from frontend.forms import form_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@form_page
@stewards_only
def kits(request: HttpRequest) -> HttpResponse:
    listed = all_kits(asking.language_of())
    form = KitForm(request.POST or None, kits=listed, initial={"suggested": suggested()})
    if request.method == "POST" and form.is_valid():
        suggest_kit(form.cleaned_data["suggested"], by=request.actor)
        messages.success(request, _("Saved. Whoever founds a group here sees it."))
        return redirect("desk-kits")
    return render(request, "desk/kits.html", {"form": form, "kits": listed}, status=400 if form.errors else 200)
