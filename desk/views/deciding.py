"""What a steward decides of their own accord, about what they have seen themself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access import stewards_only
from cop import access
from desk import actions
from desk.forms import DecisionForm
from desk.views.reports import MOST_OTHERS, as_read
from federation import reports, types
from frontend.forms import form_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@form_page
@stewards_only
def decide(request: HttpRequest) -> HttpResponse:
    """`?of=` and the address of anything that this steward may read. Absent and forbidden give the same 404."""
    thing = access.anything_for_reading(request.actor, request.GET.get("of", "")[:500].replace("\0", ""))
    found = types.locate(thing.uri)
    decisions = [(each.value, each.label) for each in actions.decisions_unasked(found)]
    form = DecisionForm(request.POST or None, decisions=decisions)
    if request.method == "POST" and form.is_valid() and _decided(request, thing.uri, form):
        return redirect("desk-moderation")
    context = {"form": form, "reports": reports.waiting_about(thing.uri)[:MOST_OTHERS]} | as_read(found)
    return render(request, "desk/decide.html", context, status=400 if form.errors else 200)


def _decided(request: HttpRequest, uri: str, form: DecisionForm) -> bool:
    said = form.cleaned_data
    try:
        actions.decide_unasked(uri, actions.Decision(said["decision"]), by=request.actor, words=said["words"])
    except actions.CannotDecide:
        form.add_error("decision", _("That cannot be done any more. Look at it again."))
        return False
    except reports.TooManyReports:
        form.add_error(None, _("Many of your reports wait for an answer. Wait for some of them, then come back."))
        return False
    messages.success(request, _("Done. It stands in this list, and can be undone here."))
    return True
