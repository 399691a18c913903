"""A time bank's page, opening, changing and closing one, and joining it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import signed_in
from atlas.views.publishing import tell_published
from cop.access import group_for_editing
from cop.views.withdrawn import page_or_tombstone
from federation.negotiation import document_response, wants_activity
from frontend.forms import form_page
from timebank import access, queries
from timebank.actions import accounts, banks
from timebank.forms.banks import BankForm, NewBankForm
from timebank.models import USUAL_LIMIT, Bank

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
@page_or_tombstone(Bank)
def bank_page(request: HttpRequest, public_id: str) -> HttpResponse:
    bank = access.bank_for_reading(request.actor, public_id)
    if wants_activity(request):
        return document_response(request, bank)
    context = {
        "bank": bank,
        "group": access.group_of(bank),
        "totals": queries.totals_of(bank) if bank.is_ours else None,
        "partners": queries.partners_of(bank) if bank.is_ours else (),
        "mine": access.account_of(request.actor, bank),
        "may_join": bank.is_ours and access.is_in_group(request.actor, bank),
        "leads": access.leads(request.actor, bank),
    }
    response = render(request, "timebank/bank.html", context)
    patch_vary_headers(response, ["Accept"])
    return response


@signed_in
@form_page
def new_bank(request: HttpRequest, public_id: str) -> HttpResponse:
    group = group_for_editing(request.actor, public_id)
    initial = {"limit": USUAL_LIMIT, "name": group.name, "language": group.language}
    form = NewBankForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            bank = banks.open_bank(request.actor, group, once=form.once_key, **form.changes())
        except banks.AlreadyThere as there:
            messages.info(request, _("The group has a time bank: this is it."))
            return redirect(there.bank)
        tell_published(request, bank, _("The time bank is open. Members join it with one click."))
        return redirect(bank)
    context = {"form": form, "group": group}
    return render(request, "timebank/bank_form.html", context, status=400 if form.errors else 200)


@signed_in
@form_page
def edit_bank(request: HttpRequest, public_id: str) -> HttpResponse:
    bank = access.bank_for_editing(request.actor, public_id)
    form = BankForm(request.POST or None, instance=Bank.objects.get(pk=bank.pk))
    if request.method == "POST" and form.is_valid() and form.carried_out(banks.change_bank, request.actor, bank):
        messages.success(request, _("Saved. The other nodes are being told."))
        return redirect(bank)
    context = {"form": form, "bank": bank, "group": access.group_of(bank)}
    return render(request, "timebank/bank_form.html", context, status=400 if form.errors else 200)


@signed_in
@form_page
def withdraw_bank(request: HttpRequest, public_id: str) -> HttpResponse:
    bank = access.bank_for_editing(request.actor, public_id)
    if request.method == "POST":
        banks.close_bank(request.actor, bank)
        messages.success(request, _("The time bank “%(name)s” was closed.") % {"name": bank.name})
        return redirect("my-hours")
    return render(request, "timebank/bank_closing.html", {"bank": bank})


@signed_in
@require_POST
def join_bank(request: HttpRequest, public_id: str) -> HttpResponse:
    bank = access.bank_for_reading(request.actor, public_id)
    accounts.open_account(request.actor, bank)
    messages.success(request, _("You have an account in this time bank now."))
    return redirect("my-hours")
