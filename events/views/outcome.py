"""What came of a gathering, told by those who run it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access import signed_in
from events import access
from events.actions import gatherings as actions
from events.forms import OutcomeForm
from frontend.forms import form_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@signed_in
@form_page
def outcome(request: HttpRequest, public_id: str) -> HttpResponse:
    gathering = access.gathering_for_editing(request.actor, public_id)
    if not gathering.has_begun:
        messages.info(request, _("It has not begun yet. Come back afterwards to tell what came of it."))
        return redirect(gathering)
    form = OutcomeForm(request.POST if request.method == "POST" else None, instance=gathering)
    if form.is_valid() and form.carried_out(actions.tell_outcome, request.actor, gathering):
        messages.success(request, _("Thank you. Those who came and the other nodes are being told."))
        return redirect(gathering)
    context = {"form": form, "gathering": gathering}
    return render(request, "events/outcome_form.html", context, status=400 if form.errors else 200)
