"""Answering those who say that they speak for a listed organisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.access import stewards_only
from cop.actions.claims import CannotClaim, grant_claim, refuse_claim
from cop.models import Claim
from cop.views.listings import why_not
from desk.forms import ClaimAnswerForm
from frontend.forms import form_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@form_page
@stewards_only
def claim(request: HttpRequest, claim_id: int) -> HttpResponse:
    claim = get_object_or_404(Claim.objects.select_related("listing__node", "actor", "group"), pk=claim_id)
    form = ClaimAnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _answer(request, claim, form)
        except CannotClaim as no:
            messages.error(request, why_not(no))
        return redirect("desk")
    return render(request, "desk/claim.html", {"claim": claim, "form": form}, status=400 if form.errors else 200)


def _answer(request: HttpRequest, claim: Claim, form: ClaimAnswerForm) -> None:
    if form.cleaned_data["answer"] == "yes":
        group = grant_claim(request.user, claim)
        messages.success(request, _("Done. %(group)s is a group of this node now.") % {"group": group.name})
    else:
        refuse_claim(request.user, claim, reason=form.cleaned_data["reason"])
        messages.success(request, _("Done. They are being told."))
