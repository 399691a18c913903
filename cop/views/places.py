"""A place: its page, publishing it and changing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import signed_in
from atlas.views.publishing import tell_published
from cop import access, queries
from cop.actions import places as actions
from cop.forms.places import PlaceEditForm, PlaceForm
from cop.models import Place
from cop.views.withdrawn import page_or_tombstone
from federation.negotiation import document_response, wants_activity
from frontend.forms import form_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
@page_or_tombstone(Place)
def place_page(request: HttpRequest, public_id: str) -> HttpResponse:
    place = access.place_for_reading(request.actor, public_id)
    if wants_activity(request):
        return document_response(request, place)
    context = {
        "place": place,
        "may_edit": access.may_edit(request.actor, place),
        "gatherings": queries.next_at(place, request.actor),
    }
    return render(request, "cop/place.html", context)


@signed_in
@form_page
def new_place(request: HttpRequest) -> HttpResponse:
    form = PlaceForm(request.POST or None, request.FILES or None, author=request.actor, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        speaker, audience = form.spoken()
        place = actions.publish_place(request.actor, speaker, audience=audience, once=form.once_key, **form.changes())
        tell_published(request, place)
        return redirect(place)
    return render(request, "cop/place_form.html", {"form": form}, status=400 if form.errors else 200)


@signed_in
@form_page
def edit_place(request: HttpRequest, public_id: str) -> HttpResponse:
    place = access.place_for_reading(request.actor, public_id)
    access.require_edit(request.actor, place)
    form = PlaceEditForm(request.POST or None, request.FILES or None, instance=Place.objects.get(pk=place.pk))
    if request.method == "POST" and form.is_valid() and form.carried_out(actions.change_place, request.actor, place):
        messages.success(request, _("Saved. The other nodes are being told."))
        return redirect(place)
    return render(request, "cop/place_form.html", {"form": form, "place": place}, status=400 if form.errors else 200)


@signed_in
@form_page
def withdraw_place(request: HttpRequest, public_id: str) -> HttpResponse:
    place = access.place_for_reading(request.actor, public_id)
    access.require_edit(request.actor, place)
    if request.method == "POST":
        actions.withdraw_place(request.actor, place)
        messages.success(request, _("“%(title)s” was withdrawn.") % {"title": place.name})
        return redirect("place-list")
    return render(request, "cop/withdrawal.html", {"thing": place, "title": place.name})
