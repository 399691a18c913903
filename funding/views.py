"""Funding calls: the list, one call, its form, and calendar files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import signed_in
from atlas import lists
from atlas.access import cards_for
from atlas.views.files import calendar_file, unreadable
from atlas.views.fragments import is_for
from atlas.views.publishing import tell_published
from federation.negotiation import (
    copy_for_members,
    document_response,
    gone_document,
    kept_from_readers,
    wants_activity,
)
from frontend.forms import form_page
from funding import access, actions, calendars, queries
from funding.forms import CallEditForm, CallForm

if TYPE_CHECKING:
    from django.http import HttpRequest


PER_PAGE = 20
RESULTS = "results"  # id of the fragment that fetches itself again
PREFILLED = ("speaker", "title")


@require_safe
def call_list(request: HttpRequest) -> HttpResponse:
    """Filter state is in the address. A live list asks for its fragment again."""
    found = lists.at("/calls/").filtered(request.GET, cards_for(request))
    page = Paginator(found.in_order().for_page(), PER_PAGE).get_page(request.GET.get("page"))
    context = {"filter": found, "page": page, "listed": queries.with_calls(found.explained(page.object_list))}
    template = "funding/_calls.html" if is_for(request, RESULTS) else "funding/calls.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


@require_safe
def list_calendar(request: HttpRequest) -> HttpResponse:
    """The closing dates of the same list, over all its pages, as a calendar to subscribe to."""
    found = lists.at("/calls/").filtered(request.GET, cards_for(request))
    if not found.form.is_valid():
        return unreadable(found)
    return calendar_file(calendars.calendar_of_list(found), "calls")


@require_safe
def call_calendar(request: HttpRequest, public_id: str) -> HttpResponse:
    try:
        call = access.call_for_reading(request.actor, public_id)
    except Http404:
        return _withdrawn(request, public_id)
    if call.closes_at is None:
        raise Http404
    return calendar_file(calendars.calendar_of([call]), call.public_id)


@require_safe
def call_page(request: HttpRequest, public_id: str) -> HttpResponse:
    try:
        call = access.call_for_reading(request.actor, public_id)
    except Http404:
        return _withdrawn(request, public_id)
    if wants_activity(request):
        return document_response(request, call)
    context = {"call": call, "may_edit": access.may_edit(request.actor, call)}
    response = render(request, "funding/call.html", context)
    patch_vary_headers(response, ["Accept"])
    return response


def _withdrawn(request: HttpRequest, public_id: str) -> HttpResponse:
    """410: the tombstone to programs, a plain page to people. Raises Http404 for what the reader never could see."""
    copy = copy_for_members(request) or kept_from_readers(request)
    if copy is not None:
        return copy
    call = access.withdrawn_for_reading(request.actor, public_id)
    if wants_activity(request):
        return gone_document(call)
    context = {"row": call, "runs": access.may_trace(request.actor, call)}
    return render(request, "cop/withdrawn.html", context, status=410)


@signed_in
@form_page
def new_call(request: HttpRequest) -> HttpResponse:
    author = request.actor
    prefilled = {name: request.GET[name] for name in PREFILLED if name in request.GET}
    form = CallForm(_posted(request), request.FILES or None, author=author, initial=prefilled)
    if form.is_valid():
        speaker, audience = form.spoken()
        call = actions.publish_call(author, speaker, audience=audience, once=form.once_key, **form.changes())
        tell_published(request, call)
        return redirect(call)
    return render(request, "funding/call_form.html", {"form": form}, status=400 if form.errors else 200)


@signed_in
@form_page
def edit_call(request: HttpRequest, public_id: str) -> HttpResponse:
    call = access.call_for_editing(request.actor, public_id)
    form = CallEditForm(_posted(request), request.FILES or None, instance=call)
    if form.is_valid() and form.carried_out(actions.change_call, request.actor, call):
        messages.success(request, _("Saved. The other nodes are being told."))
        return redirect(call)
    context = {"form": form, "call": call}
    return render(request, "funding/call_form.html", context, status=400 if form.errors else 200)


@signed_in
@form_page
def withdraw_call(request: HttpRequest, public_id: str) -> HttpResponse:
    call = access.call_for_editing(request.actor, public_id)
    if request.method == "POST":
        actions.withdraw_call(request.actor, call)
        messages.success(request, _("“%(title)s” was withdrawn.") % {"title": call.title})
        return redirect("calls")
    return render(request, "cop/withdrawal.html", {"thing": call, "title": call.title})


def _posted(request: HttpRequest) -> object:
    return request.POST if request.method == "POST" else None
