"""What stewards decided, undoing it, and what somebody new publishes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import stewards_only
from desk import actions, queries
from desk.forms import RefusalForm
from federation import identity, moderation
from federation.models import Restriction
from frontend.forms import form_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PER_PAGE = 30
_UNDONE = Restriction.objects.filter(group__isnull=True)


@require_safe
@stewards_only
def log(request: HttpRequest) -> HttpResponse:
    page = Paginator(queries.decisions(), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/moderation.html", {"page": page, "listed": queries.with_things(page.object_list)})


@require_POST
@stewards_only
def undo(request: HttpRequest, restriction_id: int) -> HttpResponse:
    """Also publishes what waited. What a group took out of its talk is the group's to put back."""
    restriction = get_object_or_404(_UNDONE, pk=restriction_id)
    waited = restriction.level == Restriction.Level.HELD
    if waited and not queries.things_at([restriction.object_uri]):
        messages.info(request, _("Whoever wrote it has taken it back. There is nothing to publish any more."))
        return redirect("desk")
    try:
        moderation.lift(restriction, by=request.actor)
    except moderation.TooLate:
        messages.info(request, _("That cannot be undone any more. What was removed is kept for 30 days."))
    except moderation.NotInForce:
        messages.info(request, _("That was undone already."))
    else:
        messages.success(request, _("Published.") if waited else _("Undone. The other nodes are being told."))
    return redirect("desk" if waited else "desk-moderation")


@form_page
@stewards_only
def refuse(request: HttpRequest, restriction_id: int) -> HttpResponse:
    held = Restriction.objects.in_force().filter(pk=restriction_id, level=Restriction.Level.HELD).first()
    if held is None:
        raise Http404
    is_ours = identity.is_ours(held.object_uri)
    form = RefusalForm(request.POST or None, is_ours=is_ours)
    if request.method == "POST" and form.is_valid():
        try:
            actions.refuse(held, by=request.actor, words=form.cleaned_data["words"])
            messages.success(request, _("Done. They are being told.") if is_ours else _("Done. It is hidden here."))
        except moderation.NotInForce:
            messages.info(request, _("Another steward was faster."))
        return redirect("desk")
    thing = queries.things_at([held.object_uri]).get(held.object_uri)
    context = {"form": form, "title": thing.title if thing is not None else _("What somebody wrote")}
    context["is_ours"] = is_ours
    return render(request, "desk/refusal.html", context, status=400 if form.errors else 200)
