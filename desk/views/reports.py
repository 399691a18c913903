"""What was reported: the list, and one report with what can be done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import stewards_only
from cop import threads
from cop.models import Person
from desk import actions, queries
from desk.forms import DecisionForm
from federation import reports as reporting
from federation import restrictions, types
from federation.models import Flag
from frontend.forms import form_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PER_PAGE = 30
MOST_OTHERS = 20
WORDS = ("words", "summary", "short_answer", "plain_summary")  # where kinds keep what they say


@require_safe
@stewards_only
def reports(request: HttpRequest) -> HttpResponse:
    page = Paginator(queries.all_reports(), PER_PAGE).get_page(request.GET.get("page"))
    things = queries.things_at([flag.object_uri for flag in page.object_list])
    listed = [(flag, things.get(flag.object_uri)) for flag in page.object_list]
    held = queries.with_things(queries.held()[:PER_PAGE])
    return render(request, "desk/reports.html", {"page": page, "listed": listed, "held_things": held})


@form_page
@stewards_only
def report(request: HttpRequest, flag_id: int) -> HttpResponse:
    """Opening it says to whoever sent it that it was seen."""
    flag = get_object_or_404(Flag.objects.select_related("node", "sender", "passed_to", "closed_by__user"), pk=flag_id)
    if request.method == "GET":
        reporting.seen(flag)
    found = types.locate(flag.object_uri)
    decisions = [(each.value, each.label) for each in actions.decisions_about(found)]
    form = DecisionForm(request.POST or None, decisions=decisions)
    if request.method == "POST" and form.is_valid() and _decided(request, flag, form):
        return redirect("desk")
    context = {"flag": flag, "form": form} | as_read(found)
    speaker = context["thing"].actor if context["thing"] is not None else None
    context["others"] = reporting.others_about(flag, speaker)[:MOST_OTHERS]
    return render(request, "desk/report.html", context, status=400 if form.errors else 200)


def _decided(request: HttpRequest, flag: Flag, form: DecisionForm) -> bool:
    said = form.cleaned_data
    try:
        actions.decide(flag, actions.Decision(said["decision"]), by=request.actor, words=said["words"])
    except actions.AlreadyClosed:
        messages.info(request, _("Another steward has answered it already."))
    except actions.CannotDecide:
        form.add_error("decision", _("That cannot be done any more. Look at it again."))
        return False
    else:
        messages.success(request, _("Done. Whoever reported it is being told."))
    return True


def as_read(found: Any) -> dict[str, Any]:
    """The thing as a steward reads it, whoever it was for, and what is known about it; of a person what they show."""
    thing = found[1] if found is not None and found[1].withdrawn_at is None else None
    shown = [name for name in WORDS if not isinstance(thing, Person) or name in thing.shown or not thing.is_ours]
    words = next((getattr(thing, name) for name in shown if getattr(thing, name, "")), "") if thing else ""
    return {
        "thing": thing,
        "title": (threads.title_of(thing) or _("What somebody wrote")) if thing is not None else "",
        "shown": words,
        "standing": restrictions.standing_of(thing.uri, thing.actor) if thing is not None else [],
    }
