"""The list of neighbour nodes, asking another one, and finding one that was heard of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import stewards_only
from desk import neighbourhood
from desk.forms import AddressForm, NeighbourForm
from federation import introductions, peering
from federation.models import Node
from federation.peering import CannotPeer

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PER_PAGE = 30
MOST_OFFERED = 50
LONGEST_ADDRESS = 255


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
        CannotPeer.NOT_LIMITED: _("%(node)s is shown like any other neighbour already."),
        CannotPeer.NOT_BLOCKED: _("%(node)s is not blocked."),
        CannotPeer.NOT_AGREED: _("The agreement has other words now. Read it again before you accept it for %(node)s."),
    }.get(no.reason, _("%(node)s is not the address of a node. It should look like https://node.example.org."))
    return words % {"node": no.address}


@require_safe
@stewards_only
def neighbours(request: HttpRequest) -> HttpResponse:
    """With `?ask=` and an address, the form to ask that node is filled in."""
    asked = request.GET.get("ask", "").replace("\0", "")[:LONGEST_ADDRESS]
    return _page(request, NeighbourForm(initial={"address": asked}))


@require_POST
@stewards_only
def invite(request: HttpRequest) -> HttpResponse:
    form = NeighbourForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            node = peering.invite(said["address"], accepts=said["agreement"], by=request.actor.uri)
            messages.success(request, _("%(node)s is being asked. Their steward answers.") % {"node": node})
            return redirect("desk-neighbours")
        except CannotPeer as no:
            form.add_error("address", why_not(no))
    return _page(request, form, status=400)


@require_safe
@stewards_only
def find(request: HttpRequest) -> HttpResponse:
    """The page of any node that was heard of, neighbour or not."""
    form = AddressForm(request.GET)
    node = Node.objects.filter(origin=form.cleaned_data["address"]).first() if form.is_valid() else None
    if node is not None:
        return redirect("desk-neighbour", node.pk)
    wanted = request.GET.get("address", "")[:LONGEST_ADDRESS]
    messages.info(request, _("Nothing has come from “%(address)s” yet, and nothing went there.") % {"address": wanted})
    return redirect("desk-neighbours")


def _page(request: HttpRequest, form: NeighbourForm, status: int = 200) -> HttpResponse:
    page = Paginator(neighbourhood.neighbours(), PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = neighbourhood.with_progress(page.object_list, neighbourhood.how_many_ours())
    context = {
        "form": form,
        "find_form": AddressForm(auto_id="find_%s"),
        "page": page,
        "acquaintances": introductions.acquaintances()[:MOST_OFFERED],
    }
    return render(request, "desk/neighbours.html", context, status=status)
