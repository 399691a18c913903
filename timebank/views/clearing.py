"""What is between a bank of ours and banks of other nodes, for the stewards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import signed_in
from frontend.forms import form_page
from timebank import access, queries
from timebank.actions import clearing as actions
from timebank.actions.transfers import NotPossible
from timebank.comparing import comparison
from timebank.forms.banks import CapForm, ClearingForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@signed_in
@require_safe
def clearings_page(request: HttpRequest, public_id: str) -> HttpResponse:
    bank = access.bank_for_editing(request.actor, public_id)
    rows = bank.clearings.select_related("account", "actor__node").order_by("peer_name", "pk")
    return render(request, "timebank/clearings.html", {"bank": bank, "clearings": rows})


@signed_in
@form_page
def new_clearing(request: HttpRequest, public_id: str) -> HttpResponse:
    bank = access.bank_for_editing(request.actor, public_id)
    known = queries.known_banks(request.actor, bank)
    form = ClearingForm(request.POST or None, banks=known, initial={"cap": bank.limit})
    if request.method == "POST" and form.is_valid():
        try:
            clearing = actions.say_half(request.actor, bank, form.chosen(), form.cleaned_data["cap"])
        except NotPossible:
            form.add_error(None, _("This time bank has closed: nothing new can be said in it."))
        else:
            messages.success(request, _("Their stewards are asked. It opens once they say yes."))
            return redirect(clearing)
    context = {"form": form, "bank": bank, "known": known}
    return render(request, "timebank/clearing_form.html", context, status=400 if form.errors else 200)


@signed_in
@form_page
def clearing_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """How it stands, and the cap: saying one also answers the other bank."""
    clearing = access.clearing_for_editing(request.actor, public_id)
    form = CapForm(request.POST or None, initial={"cap": clearing.cap or clearing.their_cap or clearing.bank.limit})
    if request.method == "POST" and form.is_valid():
        try:
            actions.say_half(request.actor, clearing.bank, clearing, form.cleaned_data["cap"])
            messages.success(request, _("Saved. The other bank is being told."))
        except NotPossible:
            messages.error(request, _("This time bank has closed: nothing new can be said in it."))
        return redirect(clearing)
    context = {"form": form, "clearing": clearing, "compared": comparison(clearing)}
    return render(request, "timebank/clearing.html", context, status=400 if form.errors else 200)


@signed_in
@require_POST
def end_clearing(request: HttpRequest, public_id: str) -> HttpResponse:
    clearing = access.clearing_for_editing(request.actor, public_id)
    actions.end(request.actor, clearing)
    messages.success(request, _("Ended. What waits for an answer goes on until it is answered."))
    return redirect(clearing)


@signed_in
@require_POST
def compare(request: HttpRequest, public_id: str) -> HttpResponse:
    clearing = access.clearing_for_editing(request.actor, public_id)
    actions.ask_them(request.actor, clearing)
    messages.success(request, _("The other bank is asked what it has booked. Look again in a minute."))
    return redirect(clearing)
