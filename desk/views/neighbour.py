"""One other node: the agreement with it, how it is doing, what happened, and what a steward can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.access import stewards_only
from desk import neighbourhood
from desk.forms import AgreementForm, BlockForm, PauseForm
from desk.views.neighbours import why_not
from federation import actors, neighbours, peering, seeing
from federation.models import Node
from federation.peering import CannotPeer
from frontend.forms import form_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse
    from django.utils.functional import Promise

HISTORY_PER_PAGE = 50


class Act(NamedTuple):
    """What a steward can do about a node: the form that asks for the rest, the action, what is said afterwards."""

    do: Callable[..., Node]
    said: str | Promise
    form: type[forms.Form] = forms.Form


def _pause(node: Node, *, by: str, lasting: str) -> Node:
    return neighbours.pause(node, by=by, lasting=neighbours.PAUSES[lasting])


def _accept(node: Node, *, by: str, agreement: int, agree: bool) -> Node:
    return peering.accept(node, by=by, accepts=agreement if agree else 0)


ACTS: dict[str, Act] = {
    "accept": Act(_accept, gettext_lazy("You are neighbours now. %(node)s is being told."), AgreementForm),
    "refuse": Act(peering.refuse, gettext_lazy("Done. %(node)s is being told.")),
    "pause": Act(_pause, gettext_lazy("%(node)s is paused. What is due waits, on both sides."), PauseForm),
    "resume": Act(neighbours.resume, gettext_lazy("You carry on with %(node)s. What waited goes out now.")),
    "limit": Act(neighbours.limit, gettext_lazy("What comes from %(node)s is shown to those who look for it.")),
    "unlimit": Act(neighbours.stop_limiting, gettext_lazy("%(node)s is shown like any other neighbour again.")),
    "unblock": Act(neighbours.unblock, gettext_lazy("%(node)s is no longer blocked. Everything from there is back.")),
    "end": Act(peering.end, gettext_lazy("You are no longer neighbours. %(node)s is being told.")),
    "block": Act(neighbours.block, gettext_lazy("%(node)s is blocked. Nothing from there is shown."), BlockForm),
}


@require_safe
@stewards_only
def neighbour(request: HttpRequest, node_id: int) -> HttpResponse:
    node = get_object_or_404(neighbourhood.nodes(), pk=node_id)
    return _page(request, node, AgreementForm(), PauseForm())


@require_POST
@stewards_only
def answer(request: HttpRequest, node_id: int, answer: str) -> HttpResponse:
    """What is done with one button on the page of the node."""
    node = get_object_or_404(neighbourhood.nodes(), pk=node_id)
    form = ACTS[answer].form(request.POST)
    if form.is_valid():
        _carry_out(request, node, answer, form)
        return redirect("desk-neighbour", node.pk)
    asked = {"accept": (form, PauseForm()), "pause": (AgreementForm(), form)}[answer]
    return _page(request, node, *asked, status=400)


@form_page
@stewards_only
def confirm(request: HttpRequest, node_id: int, step: str) -> HttpResponse:
    """What ends or hides a lot is asked for on a page of its own."""
    node = get_object_or_404(neighbourhood.nodes(), pk=node_id)
    form = ACTS[step].form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        _carry_out(request, node, step, form)
        return redirect("desk-neighbour", node.pk)
    context = {"neighbour": node, "step": step, "form": form}
    return render(request, "desk/confirm_neighbour.html", context, status=400 if form.errors else 200)


def _carry_out(request: HttpRequest, node: Node, answer: str, form: forms.Form) -> None:
    act = ACTS[answer]
    try:
        act.do(node, by=request.actor.uri, **form.cleaned_data)
        messages.success(request, str(act.said) % {"node": node})
    except CannotPeer as no:
        messages.error(request, why_not(no))


def _page(
    request: HttpRequest, node: Node, agreement: forms.Form, pausing: forms.Form, status: int = 200
) -> HttpResponse:
    ours = actors.this_node()
    neighbourhood.with_progress([node], neighbourhood.how_many_ours())
    question, asked_here = neighbourhood.open_question(node, ours.actor)
    if question and not asked_here:
        seeing.opened(activities={question: ours.actor})
    history = Paginator(neighbourhood.history(node), HISTORY_PER_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "neighbour": node,
        "here": ours,
        "agreement_form": agreement,
        "pause_form": pausing,
        "problem_form": agreement if agreement.is_bound else pausing,
        "receipt": seeing.receipt(question) if asked_here else None,
        "acceptances": neighbourhood.acceptances(node),
        "history": history,
        "happened": neighbourhood.in_words(history.object_list),
    }
    return render(request, "desk/neighbour.html", context, status=status)
