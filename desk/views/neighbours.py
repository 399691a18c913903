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
from federation import peering
from federation.models import Node

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PER_PAGE = 30
ANSWERS = {
    "accept": peering.accept,
    "refuse": peering.refuse,
    "pause": peering.pause,
    "resume": peering.resume,
    "end": peering.end,
}


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
        except peering.CannotPeer as reason:
            form.add_error("address", _("That cannot be done: %(reason)s.") % {"reason": reason})
    return _page(request, form, status=400)


def _page(request: HttpRequest, form: NeighbourForm, status: int = 200) -> HttpResponse:
    page = Paginator(queries.neighbours(), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/neighbours.html", {"form": form, "page": page}, status=status)


@require_POST
@stewards_only
def answer(request: HttpRequest, node_id: int, answer: str) -> HttpResponse:
    node = get_object_or_404(Node, pk=node_id)
    try:
        ANSWERS[answer](node, by=request.actor.uri)
        messages.success(request, _("Done. %(node)s is being told.") % {"node": node})
    except peering.CannotPeer as reason:
        messages.error(request, _("That cannot be done: %(reason)s.") % {"reason": reason})
    return redirect("desk-neighbours")
