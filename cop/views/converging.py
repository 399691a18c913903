"""What people say of a suggestion to do something together with another node."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.access import signed_in
from atlas import converging
from atlas.models import Convergence
from cop import access, threads


@require_POST
@signed_in
def choose(request: HttpRequest, convergence_id: str) -> HttpResponse:
    """`choice=dismiss` or `take-up`, by those who run the thing of ours. Raises Http404 for everybody else."""
    row = Convergence.objects.filter(pk=convergence_id).first()
    things = [thing for uri in (row.uris if row else ()) if (thing := threads.thing_at(uri)) is not None]
    ours = next((thing for thing in things if access.may_edit(request.actor, thing)), None)
    if row is None or ours is None:
        raise Http404
    choice = request.POST.get("choice")
    if choice == "dismiss":
        converging.dismiss(row, request.actor)
    elif choice == "take-up":
        converging.take_up(row, request.actor)
    return redirect(f"{ours.get_absolute_url()}#converging")
