"""A person's page, and the form where they choose what it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import signed_in
from atlas.fields import LANGUAGES
from cop import access, queries
from cop.actions.people import change_page, person_of
from cop.forms.people import PersonForm
from cop.models import Person
from federation import actors
from federation.models import Actor
from federation.negotiation import as_activity, document_response, wants_activity
from frontend.forms import form_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
def person_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """A hidden person is a 404 to people; to programs a bare actor, since their signatures must be checkable."""
    if wants_activity(request):
        return _document(request, public_id)
    person = access.person_for_reading(request.actor, public_id)
    mine = request.actor is not None and person.actor_id == request.actor.pk
    shown = {name: person.seen(name) for name in Person.CHOOSABLE}
    context = {
        "person": person,
        "shown": shown,
        "spoken": [name for code, name in LANGUAGES if code in shown["languages"]],
        "mine": mine,
        "groups": queries.groups_shown_by(person, request.actor),
        "shared": queries.shared_by(person, request.actor),
    }
    return render(request, "cop/person.html", context)


def _document(request: HttpRequest, public_id: str) -> HttpResponse:
    known = Person.objects.filter(public_id=public_id, was_public=True).exclude(node__blocked_at__isnull=False)
    person = known.select_related("actor", "node").first()
    if person is not None:
        return document_response(request, person)
    actor = Actor.objects.filter(uri__endswith=f"/people/{public_id}", node__isnull=True, gone_at__isnull=True).first()
    if actor is None:
        access.person_for_reading(None, public_id)  # raises Http404
    return as_activity(actors.bare_document(actor))


@signed_in
@form_page
def my_page(request: HttpRequest) -> HttpResponse:
    person = person_of(request.actor)
    form = PersonForm(request.POST or None, instance=Person.objects.get(pk=person.pk))
    if request.method == "POST" and form.is_valid():
        changed = change_page(person, form.changes())
        shown, hidden = _("Saved. Your page can be seen."), _("Saved. Only you can see your page.")
        messages.success(request, shown if changed.is_public else hidden)
        return redirect("my-page")
    context = {"form": form, "person": person, "groups": queries.my_groups(request.actor)}
    return render(request, "cop/person_form.html", context, status=400 if form.errors else 200)
