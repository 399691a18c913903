"""Flotillas: all of them, starting one, sailing along, leaving, and the harvest. Their page is a group's (`groups`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import signed_in
from atlas.views.publishing import tell_published
from cop import access, queries
from cop.actions import flotillas as actions
from cop.actions.groups import change_group
from cop.flotillas.aboard import aboard_of, asking, statements_of, under_sail
from cop.forms import flotillas as forms
from cop.models import Group, Ship
from cop.views.documents import document_or_page
from cop.views.withdrawn import page_or_tombstone
from frontend.forms import form_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

FLOTILLAS_PER_PAGE = 24


@require_safe
def flotilla_list(request: HttpRequest) -> HttpResponse:
    found = Paginator(under_sail(request.actor), FLOTILLAS_PER_PAGE).get_page(request.GET.get("page"))
    ships = aboard_of(found.object_list, request.actor)
    listed = [(flotilla, len(ships[flotilla.uri])) for flotilla in found]
    return render(request, "cop/flotilla_list.html", {"flotillas": found, "listed": listed})


@signed_in
@form_page
def new_flotilla(request: HttpRequest) -> HttpResponse:
    led = [each for each in access.groups_led_by(request.actor) if not each.is_flotilla]
    first = request.GET.get("ship", "")
    form = forms.NewFlotillaForm(request.POST or None, request.FILES or None, led=led, initial={"ship": first})
    if request.method == "POST" and form.is_valid():
        fields = form.changes() | {"once": form.once_key, "steward_name": queries.own_name(request.actor)}
        flotilla = actions.start_flotilla(request.actor, form.group, said=form.said(), **fields)
        tell_published(request, flotilla, _("The flotilla is there. Now tell other groups where it sails."))
        return redirect(flotilla)
    status = 400 if form.errors else 200
    return render(request, "cop/flotilla_form.html", {"form": form, "led": led}, status=status)


@signed_in
@form_page
def edit_flotilla(request: HttpRequest, public_id: str) -> HttpResponse:
    flotilla = _flotilla(access.group_for_editing(request.actor, public_id))
    row = Group.objects.get(pk=flotilla.pk)
    form = forms.FlotillaForm(request.POST or None, request.FILES or None, instance=row)
    if request.method == "POST" and form.is_valid() and form.carried_out(change_group, request.actor, flotilla):
        messages.success(request, _("Saved. The other nodes are being told."))
        return redirect(flotilla)
    context = {"form": form, "flotilla": flotilla}
    return render(request, "cop/flotilla_form.html", context, status=400 if form.errors else 200)


@signed_in
@form_page
def sail_with(request: HttpRequest, public_id: str) -> HttpResponse:
    """A group that somebody leads sails along, whichever node the flotilla is of."""
    flotilla = _flotilla(access.group_for_reading(request.actor, public_id))
    led = [each for each in access.groups_led_by(request.actor) if not each.is_flotilla]
    form = forms.SailForm(request.POST or None, led=led)
    if not flotilla.is_sailing:
        messages.error(request, _("It was dissolved: nobody can join any more."))
        return redirect(flotilla)
    if request.method == "POST" and form.is_valid():
        try:
            ship = actions.sail_with(request.actor, form.group, flotilla, form.said())
            tell_published(request, ship, _("Said. Once both sides have said so, you are aboard."))
        except actions.NotSailing:
            messages.error(request, _("It was dissolved: nobody can join any more."))
        return redirect(flotilla)
    context = {"form": form, "flotilla": flotilla, "led": led}
    return render(request, "cop/ship_form.html", context, status=400 if form.errors else 200)


@require_safe
@page_or_tombstone(Ship)
def ship_page(request: HttpRequest, public_id: str) -> HttpResponse:
    ship = access.published_for_reading(Ship, request.actor, public_id)
    flotillas = Group.objects.visible_to(request.actor).filter(uri=ship.about_uri)
    return document_or_page(request, ship, flotillas.first)


@signed_in
@form_page
def edit_ship(request: HttpRequest, public_id: str) -> HttpResponse:
    ship, flotilla = _own_ship(request, public_id)
    form = forms.ShipForm(request.POST or None, instance=Ship.objects.get(pk=ship.pk))
    if request.method == "POST" and form.is_valid():
        actions.change_ship(request.actor, ship, form.said())
        messages.success(request, _("Saved. The other nodes are being told."))
        return redirect(flotilla)
    context = {"form": form, "flotilla": flotilla, "ship": ship}
    return render(request, "cop/ship_form.html", context, status=400 if form.errors else 200)


@signed_in
@form_page
def leave_flotilla(request: HttpRequest, public_id: str) -> HttpResponse:
    """Two clicks, and nobody asks why."""
    ship, flotilla = _own_ship(request, public_id)
    if request.method == "POST":
        actions.leave_flotilla(request.actor, ship)
        messages.success(request, _("Your group has left the flotilla."))
        return redirect(flotilla)
    return render(request, "cop/ship_leaving.html", {"ship": ship, "flotilla": flotilla})


@signed_in
@require_POST
def answer_ship(request: HttpRequest, public_id: str, ship_id: str) -> HttpResponse:
    flotilla = _flotilla(access.group_for_editing(request.actor, public_id))
    ship = access.published_for_reading(Ship, request.actor, ship_id)
    form = forms.CrewForm(request.POST)
    if ship.about_uri != flotilla.uri or not form.is_valid():
        raise Http404
    act = actions.welcome if form.cleaned_data["answer"] == "welcome" else actions.put_ashore
    try:
        act(request.actor, flotilla, ship)
        messages.success(request, _("Your answer is on its way."))
    except actions.NotSailing:
        messages.error(request, _("It was dissolved, or has as many ships as a flotilla can have."))
    return redirect(flotilla)


@signed_in
@form_page
def bring_in_harvest(request: HttpRequest, public_id: str) -> HttpResponse:
    flotilla = _flotilla(access.group_for_editing(request.actor, public_id))
    form = forms.HarvestForm(request.POST or None, instance=Group.objects.get(pk=flotilla.pk))
    if request.method == "POST" and form.is_valid():
        actions.dissolve_flotilla(request.actor, flotilla, form.cleaned_data["harvest"])
        messages.success(request, _("The harvest is in. Every ship is told, and can add what it takes home."))
        return redirect(flotilla)
    context = {"form": form, "flotilla": flotilla}
    return render(request, "cop/flotilla_harvest.html", context, status=400 if form.errors else 200)


def voyage(request: HttpRequest, flotilla: Group, ships: list[Ship]) -> dict[str, Any]:
    """What the page of a flotilla shows beside what the page of every group does."""
    led = access.groups_led_by(request.actor)
    is_steward = flotilla.pk in [each.pk for each in led]
    own = statements_of(led, flotilla)
    pages = queries.pages_of([ship.actor.uri for ship in ships], request.actor)
    return {
        "ships": [(ship, pages.get(ship.actor.uri, "")) for ship in ships],
        "own_ships": [each.pk for each in own],
        "not_aboard": [each for each in own if each.actor.uri not in flotilla.ships],
        "asking": asking(flotilla, request.actor) if is_steward and flotilla.is_sailing else [],
        "has_arrived": flotilla.is_sailing and flotilla.ends_on is not None and flotilla.ends_on < timezone.localdate(),
    }


def _flotilla(group: Group) -> Group:
    """Raises Http404 for a group that is none."""
    if not group.is_flotilla:
        raise Http404
    return group


def _own_ship(request: HttpRequest, public_id: str) -> tuple[Ship, Group]:
    ship = access.published_for_reading(Ship, request.actor, public_id)
    access.require_edit(request.actor, ship)
    flotilla = Group.objects.filter(uri=ship.about_uri).first()
    if flotilla is None:
        raise Http404
    return ship, flotilla
