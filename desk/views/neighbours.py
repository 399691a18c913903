"""Neighbour nodes: asking, answering, pausing, ending."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import stewards_only
from desk import queries
from desk.forms import NeighbourForm
from federation import introductions, peering
from federation.models import Node
from federation.peering import CannotPeer

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PER_PAGE = 30
MOST_OFFERED = 50
ANSWERS = {
    "accept": peering.accept,
    "refuse": peering.refuse,
    "pause": peering.pause,
    "resume": peering.resume,
    "end": peering.end,
}


def why_not(no: CannotPeer) -> str:
    """What stands in the way, in the steward's language."""
    words = {
        CannotPeer.OURSELVES: _("%(node)s is this node itself."),
        CannotPeer.BLOCKED: _("%(node)s is blocked here."),
        CannotPeer.ALREADY: _("%(node)s is a neighbour already."),
        CannotPeer.NOT_ASKED: _("%(node)s is not waiting for an answer any more."),
        CannotPeer.NOTHING_OPEN: _("No question is open between this node and %(node)s."),
        CannotPeer.NO_NEIGHBOUR: _("%(node)s is not a neighbour."),
        CannotPeer.NOT_PAUSED: _("%(node)s is not paused."),
    }.get(no.reason, _("%(node)s is not the address of a node. It should look like https://node.example.org."))
    return words % {"node": no.address}


@require_safe
@stewards_only
def neighbours(request: HttpRequest) -> HttpResponse:
    return _page(request, NeighbourForm())


@require_POST
@stewards_only
def invite(request: HttpRequest) -> HttpResponse:
    form = NeighbourForm(request.POST)
    if form.is_valid():
        try:
            node = peering.invite(form.cleaned_data["address"], by=request.actor.uri)
            messages.success(request, _("%(node)s is being asked. Their steward answers.") % {"node": node})
            return redirect("desk-neighbours")
        except CannotPeer as no:
            form.add_error("address", why_not(no))
    return _page(request, form, status=400)


def _page(request: HttpRequest, form: NeighbourForm, status: int = 200) -> HttpResponse:
    page = Paginator(queries.neighbours(), PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "acquaintances": introductions.acquaintances()[:MOST_OFFERED]}
    return render(request, "desk/neighbours.html", context, status=status)


@require_POST
@stewards_only
def answer(request: HttpRequest, node_id: int, answer: str) -> HttpResponse:
    node = get_object_or_404(Node, pk=node_id)
    try:
        ANSWERS[answer](node, by=request.actor.uri)
        messages.success(request, _("Done. %(node)s is being told.") % {"node": node})
    except CannotPeer as no:
        messages.error(request, why_not(no))
    return redirect("desk-neighbours")
