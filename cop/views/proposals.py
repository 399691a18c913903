"""Needs and offers: one page, one form, two directions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import signed_in
from atlas.views.publishing import tell_published
from cop import access
from cop.actions import proposals as actions
from cop.forms.proposals import ProposalForm
from cop.forms.shapes import EDIT_FORMS, NEW_FORMS
from cop.lending import parts
from cop.matching.suggested import suggestions_for
from cop.models import Proposal
from cop.views.withdrawn import page_or_tombstone
from federation.negotiation import document_response, wants_activity
from frontend.forms import form_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
@page_or_tombstone(Proposal)
def proposal_page(request: HttpRequest, public_id: str, direction: str) -> HttpResponse:
    proposal = access.proposal_for_reading(request.actor, direction, public_id)
    if wants_activity(request):
        return document_response(request, proposal)
    may_edit = access.may_edit(request.actor, proposal)
    suggestions = suggestions_for(proposal, request.actor) if may_edit else []
    context = {"proposal": proposal, "may_edit": may_edit, "suggestions": suggestions}
    if proposal.is_lent:
        context["lending"] = parts.of_offer(proposal, request.actor, may_edit=may_edit)
    return render(request, "cop/proposal.html", context)


@signed_in
@form_page
def new_proposal(request: HttpRequest, direction: str) -> HttpResponse:
    """A plain one, or with `?as=` one of a shape of its own."""
    form_class = NEW_FORMS.get((direction, request.GET.get("as", "")), ProposalForm)
    form = form_class(request.POST or None, request.FILES or None, author=request.actor, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        speaker, audience = form.spoken()
        proposal = actions.publish_proposal(
            request.actor,
            speaker,
            Proposal.Direction(direction),
            audience=audience,
            once=form.once_key,
            **form.changes(),
        )
        tell_published(request, proposal)
        return redirect(proposal)
    context = {"form": form, "direction": direction}
    return render(request, "cop/proposal_form.html", context, status=400 if form.errors else 200)


@signed_in
@form_page
def edit_proposal(request: HttpRequest, direction: str, public_id: str) -> HttpResponse:
    proposal = access.proposal_for_reading(request.actor, direction, public_id)
    access.require_edit(request.actor, proposal)
    form_class = EDIT_FORMS[Proposal.Shape(proposal.shape)]
    form = form_class(request.POST or None, request.FILES or None, instance=Proposal.objects.get(pk=proposal.pk))
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carried_out(actions.change_proposal, request.actor, proposal)
    ):
        messages.success(request, _("Saved. The other nodes are being told."))
        return redirect(proposal)
    context = {"form": form, "direction": direction, "proposal": proposal}
    return render(request, "cop/proposal_form.html", context, status=400 if form.errors else 200)


@signed_in
@form_page
def withdraw_proposal(request: HttpRequest, direction: str, public_id: str) -> HttpResponse:
    proposal = access.proposal_for_reading(request.actor, direction, public_id)
    access.require_edit(request.actor, proposal)
    if request.method == "POST":
        actions.withdraw_proposal(request.actor, proposal)
        messages.success(request, _("“%(title)s” was withdrawn.") % {"title": proposal.title})
        return redirect(f"/{direction}s/")
    return render(request, "cop/withdrawal.html", {"thing": proposal, "title": proposal.title})
