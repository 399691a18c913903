"""An organisation taken from a public register: its page, correcting it, and “Is this you?”."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import signed_in
from cop import access
from cop.actions import listings as actions
from cop.actions.claims import MOST_OPEN, CannotClaim, claim_listing
from cop.forms.listings import ClaimForm, ListingEditForm
from cop.models import Listing
from cop.queries import claim_of, group_instead_of
from cop.views.withdrawn import page_or_tombstone
from federation.negotiation import document_response, wants_activity
from frontend.forms import form_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def why_not(no: CannotClaim) -> str:
    """What stands in the way, in words."""
    return {
        CannotClaim.GONE: _("This organisation is not listed any more."),
        CannotClaim.ALREADY: _("You have asked already. The stewards of this node will answer."),
        CannotClaim.ANSWERED: _("Somebody has answered this already."),
        CannotClaim.TOO_MANY: _(
            "You have asked for %(count)d organisations and wait for the answers. When the stewards of this node have "
            "answered one of them, send this again."
        )
        % {"count": MOST_OPEN},
    }.get(no.reason, _("It is listed on another node. Ask there."))


@require_safe
@page_or_tombstone(Listing, instead=group_instead_of)
def listing_page(request: HttpRequest, public_id: str) -> HttpResponse:
    listing = access.listing_for_reading(request.actor, public_id)
    if wants_activity(request):
        return document_response(request, listing)
    context = {
        "listing": listing,
        "may_edit": access.may_edit(request.actor, listing),
        "claim": claim_of(request.actor, listing),
    }
    return render(request, "cop/listing.html", context)


@signed_in
@form_page
def edit_listing(request: HttpRequest, public_id: str) -> HttpResponse:
    listing = access.listing_for_reading(request.actor, public_id)
    access.require_edit(request.actor, listing)
    form = ListingEditForm(request.POST or None, instance=Listing.objects.get(pk=listing.pk))
    sent = request.method == "POST" and form.is_valid()
    if sent and form.carried_out(actions.change_listing, request.actor, listing):
        messages.success(request, _("Saved. It stays like this when the register is brought again."))
        return redirect(listing)
    context = {"form": form, "listing": listing}
    return render(request, "cop/listing_form.html", context, status=400 if form.errors else 200)


@signed_in
@form_page
def withdraw_listing(request: HttpRequest, public_id: str) -> HttpResponse:
    listing = access.listing_for_reading(request.actor, public_id)
    access.require_edit(request.actor, listing)
    if request.method == "POST":
        actions.withdraw_listing(request.actor, listing)
        messages.success(request, _("“%(title)s” was withdrawn.") % {"title": listing.name})
        return redirect("/atlas/?kind=listing")
    return render(request, "cop/withdrawal.html", {"thing": listing, "title": listing.name})


@signed_in
@form_page
def claim(request: HttpRequest, public_id: str) -> HttpResponse:
    listing = access.listing_for_claiming(request.actor, public_id)
    form = ClaimForm(request.POST or None, listing=listing)
    if request.method == "POST" and form.is_valid():
        try:
            claim_listing(request.actor, listing, **form.cleaned_data)
            messages.success(request, _("Sent. The stewards of this node will answer, and you will be told."))
            return redirect(listing)
        except CannotClaim as no:
            if no.reason != CannotClaim.TOO_MANY:
                messages.info(request, why_not(no))
                return redirect(listing)
            form.add_error(None, why_not(no))
    context = {"form": form, "listing": listing}
    return render(request, "cop/claim_form.html", context, status=400 if form.errors else 200)
