"""What somebody knows: its page, publishing it and changing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import signed_in
from atlas.fields import LANGUAGES
from atlas.views.publishing import tell_published
from cop import access
from cop.actions import expertise as actions
from cop.forms.expertise import ExpertiseEditForm, ExpertiseForm
from cop.matching.suggested import suggestions_for
from cop.models import Expertise
from cop.views.withdrawn import page_or_tombstone
from federation.negotiation import document_response, wants_activity
from frontend.forms import form_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
@page_or_tombstone(Expertise)
def expertise_page(request: HttpRequest, public_id: str) -> HttpResponse:
    known = access.expertise_for_reading(request.actor, public_id)
    if wants_activity(request):
        return document_response(request, known)
    may_edit = access.may_edit(request.actor, known)
    context = {
        "expertise": known,
        "may_edit": may_edit,
        "suggestions": suggestions_for(known, request.actor) if may_edit else [],
        "spoken": [name for code, name in LANGUAGES if code in known.languages],
    }
    return render(request, "cop/expertise.html", context)


@signed_in
@form_page
def new_expertise(request: HttpRequest) -> HttpResponse:
    form = ExpertiseForm(request.POST or None, request.FILES or None, author=request.actor, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        speaker, audience = form.spoken()
        known = actions.publish_expertise(
            request.actor, speaker, audience=audience, once=form.once_key, **form.changes()
        )
        tell_published(request, known)
        return redirect(known)
    return render(request, "cop/expertise_form.html", {"form": form}, status=400 if form.errors else 200)


@signed_in
@form_page
def edit_expertise(request: HttpRequest, public_id: str) -> HttpResponse:
    known = access.expertise_for_reading(request.actor, public_id)
    access.require_edit(request.actor, known)
    form = ExpertiseEditForm(request.POST or None, request.FILES or None, instance=Expertise.objects.get(pk=known.pk))
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carried_out(actions.change_expertise, request.actor, known)
    ):
        messages.success(request, _("Saved. The other nodes are being told."))
        return redirect(known)
    return render(
        request, "cop/expertise_form.html", {"form": form, "expertise": known}, status=400 if form.errors else 200
    )


@signed_in
@form_page
def withdraw_expertise(request: HttpRequest, public_id: str) -> HttpResponse:
    known = access.expertise_for_reading(request.actor, public_id)
    access.require_edit(request.actor, known)
    if request.method == "POST":
        actions.withdraw_expertise(request.actor, known)
        messages.success(request, _("“%(title)s” was withdrawn.") % {"title": known.title})
        return redirect("expertise-list")
    return render(request, "cop/withdrawal.html", {"thing": known, "title": known.title})
