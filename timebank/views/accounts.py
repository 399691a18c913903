"""Accounts: one's own and those of the same bank, their names and limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import signed_in
from frontend.forms import form_page
from timebank import access, queries
from timebank.actions import accounts as actions
from timebank.actions.transfers import NotPossible
from timebank.forms.banks import LimitForm, NameForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PER_PAGE = 100


@signed_in
@require_safe
def accounts_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """For stewards: everybody's balance and limit."""
    bank = access.bank_for_editing(request.actor, public_id)
    page = Paginator(queries.people_in(bank), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "timebank/accounts.html", {"bank": bank, "page": page})


@signed_in
@require_safe
def account_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """Somebody of the same bank, to give or to thank; how their account stands is not shown."""
    account = access.account_for_reading(request.actor, public_id)
    mine = access.account_of(request.actor, account.bank)
    return render(request, "timebank/account.html", {"account": account, "mine": mine})


@signed_in
@form_page
def rename(request: HttpRequest, public_id: str) -> HttpResponse:
    account = access.account_for_using(request.actor, public_id)
    form = NameForm(request.POST or None, instance=access.account_for_using(request.actor, public_id))
    if request.method == "POST" and form.is_valid():
        actions.rename_account(request.actor, account, form.cleaned_data["name"])
        messages.success(request, _("Saved."))
        return redirect("my-hours")
    context = {"form": form, "account": account}
    return render(request, "timebank/account_form.html", context, status=400 if form.errors else 200)


@signed_in
@form_page
def limit(request: HttpRequest, public_id: str) -> HttpResponse:
    account = access.account_for_limiting(request.actor, public_id)
    form = LimitForm(request.POST or None, account=account)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_limit(request.actor, account, form.cleaned_data["limit"])
        except NotPossible:
            form.add_error("limit", _("More is used by now. Allow at least as much."))
        else:
            messages.success(request, _("Saved."))
            return redirect("timebank-accounts", account.bank.public_id)
    context = {"form": form, "account": account}
    return render(request, "timebank/limit_form.html", context, status=400 if form.errors else 200)


@signed_in
@require_POST
def close(request: HttpRequest, public_id: str) -> HttpResponse:
    account = access.account_for_using(request.actor, public_id)
    try:
        actions.close_account(request.actor, account)
        messages.success(request, _("Your account is closed. What you gave and received stays, without your name."))
    except NotPossible:
        messages.error(
            request, _("An account closes once as much is given as received, and nothing waits for an answer.")
        )
    return redirect("my-hours")
