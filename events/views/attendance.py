"""Coming to a gathering, not coming after all, and the organisers' answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import signed_in
from events import access, queries
from events.actions import attendance as actions
from events.actions.attendance import CannotCome
from events.forms import AnswerForm, AttendForm, BringForm
from events.models import Attendee
from federation import audiences
from federation.documents import CONTEXT
from federation.negotiation import as_activity, wants_activity
from frontend.forms import form_page

if TYPE_CHECKING:
    from django.http import HttpRequest


def why_not(reason: str) -> str:
    """What stands in the way, and what the person can do."""
    return {
        CannotCome.OVER: _("This gathering is over."),
        CannotCome.CANCELLED: _("This gathering is cancelled."),
        CannotCome.ELSEWHERE: _("People sign up for this gathering on another website. Follow the link on this page."),
        CannotCome.FULL: _("This gathering is full. Look again later: somebody may drop out."),
        CannotCome.ALREADY: _("You have a place already, or have asked for one."),
        CannotCome.DECLINED: _("The organisers could not give you a place. Only they can change that."),
        CannotCome.NO_PLACE: _("Take a place or ask for one first; then you can say what you bring."),
        CannotCome.LEFT: _("This person has taken their request back."),
    }.get(reason, _("This gathering was withdrawn."))


@signed_in
@form_page
def attend(request: HttpRequest, public_id: str) -> HttpResponse:
    gathering = access.gathering_for_reading(request.actor, public_id)
    form = AttendForm(request.POST or None, gathering=gathering)
    if request.method == "GET" or not form.is_valid():
        status = 400 if form.errors else 200
        return render(request, "events/attendance.html", {"gathering": gathering, "form": form}, status=status)
    try:
        attendee = actions.attend(request.actor, gathering, **form.said())
    except CannotCome as no:
        messages.error(request, why_not(no.reason))
        return redirect(gathering)
    coming = attendee.state == Attendee.State.COMING
    asked = _("You have asked for a place. You will find the answer among your notices.")
    messages.success(request, _("You have a place. See you there.") if coming else asked)
    return redirect(gathering)


@signed_in
@form_page
def bring(request: HttpRequest, public_id: str) -> HttpResponse:
    gathering = access.gathering_for_reading(request.actor, public_id)
    me = queries.attendance(gathering, request.actor)
    sent = request.POST if request.method == "POST" else None
    form = BringForm(sent, gathering=gathering, brings=me.brings if me is not None else None)
    if not form.is_valid():
        status = 400 if form.errors else 200
        return render(request, "events/bringing.html", {"gathering": gathering, "form": form}, status=status)
    try:
        actions.bring(request.actor, gathering, form.brings())
        messages.success(request, _("Thank you. The organisers see what you bring."))
    except CannotCome as no:
        messages.error(request, why_not(no.reason))
    return redirect(gathering)


@signed_in
@require_POST
def leave(request: HttpRequest, public_id: str) -> HttpResponse:
    gathering = access.gathering_for_reading(request.actor, public_id)
    actions.leave(request.actor, gathering)
    messages.success(request, _("You are not expected any more. Your place is free for somebody else."))
    return redirect(gathering)


@signed_in
@require_POST
def answer(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    attendee = access.attendee_for_answering(request.actor, public_id, number)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose an answer: give a place, or no place."))
        return redirect(attendee.gathering)
    accepted = form.cleaned_data["answer"] == "accept"
    try:
        (actions.accept_attendee if accepted else actions.decline_attendee)(request.actor, attendee)
        messages.success(request, _("Your answer is on its way."))
    except CannotCome as no:
        messages.error(request, why_not(no.reason))
    return redirect(attendee.gathering)


@require_safe
def attendees(request: HttpRequest, public_id: str) -> HttpResponse:
    """To programs the number of those who come, and never who (FEP-8a8e); people are shown the page."""
    gathering = access.gathering_for_reading(request.actor, public_id)
    if not wants_activity(request):
        return HttpResponseRedirect(f"{gathering.get_absolute_url()}#people")
    if not gathering.is_ours or gathering.audience != audiences.PUBLIC:
        raise Http404
    uri = f"{gathering.uri}/attendees"
    return as_activity({"@context": CONTEXT, "id": uri, "type": "Collection", "totalItems": gathering.coming})
