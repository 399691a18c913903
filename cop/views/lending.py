"""Reserving what is lent, what both sides do with a reservation, and all that somebody borrows and lends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.access import signed_in
from cop import access
from cop.actions import reservations as actions
from cop.actions.reservations import NotNow
from cop.forms.reservations import reserve_form
from cop.lending import free, parts
from cop.lending.rules import CannotReserve
from cop.models import Reservation
from cop.queries import own_name
from frontend.forms import form_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from cop.forms.reservations import ReserveForm
    from cop.models import Proposal

STEPS = {
    "giving": (actions.give, gettext_lazy("It is reserved for them. They are told.")),
    "declining": (actions.decline, gettext_lazy("They are told, kindly.")),
    "cancelling": (actions.cancel, gettext_lazy("Cancelled. The other side is told.")),
    "handing-over": (actions.hand_over, gettext_lazy("Noted: they have it now.")),
    "taking-back": (actions.take_back, gettext_lazy("Noted: it is back. Thank you for sharing.")),
}


def why_not(reason: str, offer: Proposal) -> str:
    """What stands in the way, and what the person can do."""
    return {
        CannotReserve.OWN: _("You lend this yourself."),
        CannotReserve.DECLINED: _("This cannot be lent to you."),
        CannotReserve.NOT_WHOLE: _("It is lent by whole days or hours. Choose a beginning, and a later end."),
        CannotReserve.PAST: _("That has passed already. Choose a later time."),
        CannotReserve.TOO_LONG: _("It is lent for at most %(longest)s. Choose a shorter time.")
        % {"longest": offer.longest_words},
        CannotReserve.TOO_FAR: _("That is more than a year ahead. Choose an earlier time."),
        CannotReserve.NOT_THEN: _("It is not offered then. Look at the first and the last day on its page."),
        CannotReserve.ALREADY: _("You have asked for it at that time already. Cancel that first, or choose another."),
        CannotReserve.TAKEN: _("Somebody else has it then. Choose a time at which it is free."),
        CannotReserve.TOO_MANY: _("You have asked for a lot lately. Wait until some have answered."),
    }.get(reason, _("This is no longer lent."))


@signed_in
@form_page
def reserve(request: HttpRequest, public_id: str) -> HttpResponse:
    offer = access.proposal_for_reading(request.actor, "offer", public_id)
    if not offer.is_lent:
        raise Http404
    form = reserve_form(offer)(request.POST or None, offer=offer, initial={"name": own_name(request.actor)})
    if request.method == "POST" and form.is_valid() and _reserved(request, form, offer):
        return redirect(f"{offer.get_absolute_url()}#reservations")
    context = {"form": form, "offer": offer, "weeks": free.weeks_of(offer)}
    return render(request, "cop/reservation_form.html", context, status=400 if form.errors else 200)


def _reserved(request: HttpRequest, form: ReserveForm, offer: Proposal) -> bool:
    """Whether it was, also by a click before this one; if not, the form says why."""
    starts, ends = form.stretch
    try:
        held = actions.reserve(request.actor, offer, starts, ends, **form.said())
    except CannotReserve as no:
        held = no.held
        if held is None or (held.starts, held.ends) != (starts, ends):
            form.add_error(None, why_not(no.reason, offer))
            return False
    given = held.state == Reservation.State.GIVEN
    asked = _("You have asked for it. You will find the answer among your notices.")
    messages.success(request, _("It is reserved for you.") if given else asked)
    return True


@signed_in
@require_POST
def take_step(request: HttpRequest, public_id: str, step: str) -> HttpResponse:
    reservation = access.reservation_for_acting(request.actor, public_id)
    act, done = STEPS[step]
    try:
        act(request.actor, reservation)
    except CannotReserve as no:
        messages.error(request, why_not(no.reason, reservation.offer))
    except NotNow:
        messages.error(request, _("That is not possible any more: somebody has done something meanwhile."))
    else:
        messages.success(request, str(done))
    return redirect(reservation)


@signed_in
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What the reader borrows, and what they lend."""
    context = {"borrowed": parts.borrowed_by(request.actor), "lent": parts.lent_by(request.actor)}
    return render(request, "cop/lending_mine.html", context)
