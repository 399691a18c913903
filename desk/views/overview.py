"""The desk itself: what waits for a steward, and whether the node is well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import stewards_only
from atlas import ground
from cop.queries import open_claims
from cop.queries import waiting_for_answer as asking_to_join
from desk import neighbourhood, queries
from desk.forms import ThisNodeForm
from events.queries import waiting_for_answer as asking_to_come
from federation import actors, seeing
from federation.describing import describe_this_node
from federation.models import Delivery, Receipt
from frontend.forms import form_page
from journal import Errand, retry

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PER_PAGE = 20
LANES = {"errand": Errand, "receipt": Receipt, "delivery": Delivery}


@require_safe
@stewards_only
def desk(request: HttpRequest) -> HttpResponse:
    """Each list of what waits is paged by itself, as `?nodes=`; of reports the oldest stand here."""
    node = actors.this_node()
    waiting = {
        "nodes": neighbourhood.asking(),
        "claims": open_claims(),
        "joins": asking_to_join(request.actor),
        "places": asking_to_come(request.actor),
    }
    context = {name: Paginator(rows, PER_PAGE).get_page(request.GET.get(name)) for name, rows in waiting.items()}
    asked = {each.asked_by: node.actor for each in context["nodes"]}
    asked |= {each.join_uri: each.group.actor for each in context["joins"] if not each.actor.is_ours}
    asked |= {each.join_uri: each.gathering.actor for each in context["places"] if not each.actor.is_ours}
    seeing.opened(activities=asked)
    context["reports"] = queries.open_reports()[:PER_PAGE]
    context["held_things"] = queries.with_things(queries.held()[:PER_PAGE])
    return render(request, "desk/desk.html", context | {"health": queries.health(), "node": node})


@form_page
@stewards_only
def this_node(request: HttpRequest) -> HttpResponse:
    form = ThisNodeForm(request.POST or None, instance=actors.this_node())
    if request.method == "POST" and form.is_valid():
        describe_this_node(by=request.actor.uri, **form.cleaned_data)
        messages.success(request, _("Saved. Neighbour nodes will read it when they next look."))
        return redirect("desk")
    context = {"form": form, "ground_file": ground.path(), **_streets()}
    return render(request, "desk/this_node.html", context, status=400 if form.errors else 200)


def _streets() -> dict[str, Any]:
    """The size of the node's own map of streets, or what is wrong with it."""
    try:
        return {"ground_bytes": ground.size_of_file()}
    except ground.BadFile as bad:
        return {"ground_wrong": str(bad)}


@require_safe
@stewards_only
def work(request: HttpRequest) -> HttpResponse:
    """What was tried and given up, with its reason."""
    return render(request, "desk/work.html", {"lanes": queries.given_up(), "health": queries.health()})


@require_POST
@stewards_only
def retrying(request: HttpRequest, lane: str, row_id: int) -> HttpResponse:
    row = LANES[lane]._default_manager.filter(pk=row_id).first()
    if row is not None and retry(row):
        messages.success(request, _("It will be tried again now."))
    else:
        messages.info(request, _("It was done or is being tried already."))
    return redirect("desk-work")
