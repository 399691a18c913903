"""`{% load lending %}`: the time, the steps and the answer of a reservation, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from cop.lending.slots import HOUR
from cop.models import Proposal
from cop.views.lending import why_not
from frontend import times
from frontend.moments import when_html

if TYPE_CHECKING:
    from cop.models import Reservation

register = template.Library()


@register.simple_tag
def stretch_of(reservation: Reservation, plain: bool = False) -> str:
    """From when to when, on the calendar of the offer's own place: whole days, or hours."""
    offer = reservation.offer
    if offer.lent_by == Proposal.LentBy.DAY:
        first = reservation.starts.astimezone(offer.zone).date()
        last = (reservation.ends - HOUR).astimezone(offer.zone).date()
        words = when_html(first, until=last, weekday=True)
    else:
        words = when_html(reservation.starts, tz=offer.zone, until=reservation.ends, weekday=True)
    return strip_tags(words) if plain else words


@register.simple_tag
def step_words(step: str) -> str:
    return {
        "giving": _("Yes, it is theirs then"),
        "declining": _("Not this time"),
        "cancelling": _("Cancel it"),
        "handing-over": _("They have it now"),
        "taking-back": _("It is back"),
    }[step]


@register.simple_tag
def reason_of(reservation: Reservation) -> str:
    """Why it was declined, where the node of the offer said more than no."""
    reason = reservation.reason
    return why_not(reason, reservation.offer) if reason else _("The lender could not lend it to you this time.")


@register.simple_tag
def zone_of(offer: Proposal) -> str:
    """Whose clocks are meant: “London time”."""
    return times.zone_words(offer.zone)
