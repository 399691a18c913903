"""The mandate of a group: how it stands, its versions, what is said to them, and what was reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import signed_in
from atlas.views.publishing import tell_published
from cop import access
from cop.actions import mandates as actions
from cop.flotillas.aboard import aboard
from cop.forms import mandates as forms
from cop.kits import asking
from cop.kits.steps import after
from cop.mandates import changes, seats
from cop.mandates.reading import goals_of, mandate_of
from cop.models import Consent, Group, MandateVersion, Result
from cop.views.documents import document_or_page
from cop.views.withdrawn import page_or_tombstone
from federation.negotiation import document_response, wants_activity
from frontend.forms import form_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from cop.kits.reading import Kit
    from cop.mandates.reading import Mandate

Stance = Consent.Stance


@require_safe
def mandate_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """All of one mandate; the group may be of any node."""
    group = access.group_for_reading(request.actor, public_id)
    mandate = mandate_of(group, request.actor)
    context = {
        "group": group,
        "mandate": mandate,
        "goals": goals_of(mandate, request.actor),
        "speakers": {} if group.dissolved_at else seats.speakers(request.actor, mandate),
    }
    return render(request, "cop/mandate.html", context)


@require_safe
@page_or_tombstone(MandateVersion)
def version_page(request: HttpRequest, public_id: str) -> HttpResponse:
    version = access.version_for_reading(request.actor, public_id)
    if wants_activity(request):
        return document_response(request, version)
    group, mandate = _mandate(request, version)
    standing = mandate.standing_of(version)
    context = {
        "version": version,
        "group": group,
        "standing": standing,
        "older": changes.older_of(version, mandate),
        "parts": changes.since_older(version, mandate),
        "may_edit": access.may_edit(request.actor, version),
        "seat": seats.seat_at(request.actor, group, standing),
        "may_adopt": seats.may_adopt(request.actor, group, standing),
    }
    return render(request, "cop/mandate_version.html", context)


@require_safe
@page_or_tombstone(Consent)
def consent_page(request: HttpRequest, public_id: str) -> HttpResponse:
    consent = access.published_for_reading(Consent, request.actor, public_id)
    versions = MandateVersion.objects.visible_to(request.actor).filter(uri=consent.version_uri)
    return document_or_page(request, consent, versions.first)


@require_safe
@page_or_tombstone(Result)
def result_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """It stands with its goal."""
    result = access.published_for_reading(Result, request.actor, public_id)
    groups = Group.objects.visible_to(request.actor).filter(uri=result.about_uri)
    return document_or_page(request, result, lambda: _mandate_page(groups.first()))


@signed_in
@form_page
def new_version(request: HttpRequest, public_id: str) -> HttpResponse:
    group = access.group_for_reading(request.actor, public_id)
    mandate = mandate_of(group, request.actor)
    if group.dissolved_at or not seats.speakers(request.actor, mandate):
        raise access.NotAllowed("the group itself and the bodies that sign with it propose its mandate")
    before = changes.to_begin_with(mandate)
    kit = asking.asked_for(request.GET, group.language)
    written = _written(request, group, mandate, kit)
    if written.is_valid():
        version = actions.propose_version(request.actor, written.speaker, group, **written.said())
        tell_published(request, version)
        return redirect(after(kit, request.actor, written.speaker) or version)
    context = {**vars(written), "group": group, "before": before, "kit": None if before else kit}
    return render(request, "cop/mandate_form.html", context, status=400 if request.method == "POST" else 200)


def _written(request: HttpRequest, group: Group, mandate: Mandate, kit: Kit | None) -> forms.Written:
    """The screen for another version, begun with what there is: the last one, the ships aboard, or a kit."""
    before = changes.to_begin_with(mandate)
    return forms.Written(
        request.POST if request.method == "POST" else None,
        before,
        begun=changes.begun(before, group, kit),
        signing=changes.signing(before, mandate, aboard(group, request.actor)),
        speakers=seats.speakers(request.actor, mandate),
        reader=request.actor,
        ends=group.is_flotilla,
    )


@signed_in
@form_page
def give_stance(request: HttpRequest, public_id: str) -> HttpResponse:
    version = access.version_for_reading(request.actor, public_id)
    group, mandate = _mandate(request, version)
    seat = seats.seat_at(request.actor, group, mandate.standing_of(version))
    if seat is None:
        raise access.NotAllowed("the bodies that are to sign it, or the members of the group, decide about it")
    form = forms.StanceForm(request.POST or None, initial=seat.said)
    if request.method == "POST" and form.is_valid():
        stance, words = Stance(form.cleaned_data["stance"]), form.cleaned_data["words"]
        _done(request, _("Said. The others are told."), actions.give_stance, version, stance, words, speaker=seat.actor)
        return redirect(version)
    context = {"form": form, "version": version, "seat": seat}
    return render(request, "cop/mandate_stance.html", context, status=400 if form.errors else 200)


@signed_in
@form_page
def leave_mandate(request: HttpRequest, public_id: str) -> HttpResponse:
    """Two clicks, and nobody asks why."""
    version = access.version_for_reading(request.actor, public_id)
    group, mandate = _mandate(request, version)
    seat = seats.seat_at(request.actor, group, mandate.standing_of(version))
    if seat is None:
        raise Http404
    if request.method == "POST":
        _done(request, _("You have left the mandate."), actions.give_stance, version, Stance.LEFT, speaker=seat.actor)
        return redirect("mandate", group.public_id)
    return render(request, "cop/mandate_leaving.html", {"version": version, "seat": seat, "group": group})


@signed_in
@form_page
def answer_objection(request: HttpRequest, public_id: str, consent_id: str) -> HttpResponse:
    version = access.version_for_reading(request.actor, public_id)
    access.require_edit(request.actor, version)
    objection = access.published_for_reading(Consent, request.actor, consent_id)
    form = forms.AnswerForm(request.POST or None, initial={"words": version.answers.get(objection.uri, "")})
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data["words"]
        _done(request, _("Answered. They are told."), actions.answer_objection, version, objection, words)
        return redirect(version)
    context = {"form": form, "version": version, "objection": objection}
    return render(request, "cop/mandate_answer.html", context, status=400 if form.errors else 200)


@signed_in
@require_POST
def adopt_version(request: HttpRequest, public_id: str) -> HttpResponse:
    version = access.version_for_reading(request.actor, public_id)
    _done(request, _("Written down: it is in force."), actions.adopt_version, version)
    return redirect(version)


@signed_in
@form_page
def withdraw_version(request: HttpRequest, public_id: str) -> HttpResponse:
    version = access.version_for_reading(request.actor, public_id)
    access.require_edit(request.actor, version)
    if request.method == "POST":
        _done(request, _("The proposal was taken back."), actions.withdraw_version, version)
        group = Group.objects.filter(uri=version.about_uri).first()
        return redirect("mandate", group.public_id) if group else redirect("group-list")
    return render(request, "cop/withdrawal.html", {"thing": version, "title": version.title})


@signed_in
@form_page
def new_result(request: HttpRequest, public_id: str) -> HttpResponse:
    group = access.group_for_reading(request.actor, public_id)
    mandate = mandate_of(group, request.actor)
    goal = next((each for each in goals_of(mandate, request.actor) if each.id == request.GET.get("goal")), None)
    speakers = seats.speakers(request.actor, mandate)
    if goal is None or not speakers or group.dissolved_at:
        raise Http404
    form = forms.ResultForm(request.POST or None, speakers=speakers)
    if request.method == "POST" and form.is_valid():
        speaker = speakers[form.cleaned_data["speaker"]]
        result = actions.tell_result(request.actor, speaker, group, goal.id, once=form.once_key, **form.said())
        tell_published(request, result)
        return redirect("mandate", group.public_id)
    context = {"form": form, "group": group, "goal": goal}
    return render(request, "cop/mandate_result.html", context, status=400 if form.errors else 200)


@signed_in
@form_page
def withdraw_result(request: HttpRequest, public_id: str) -> HttpResponse:
    result = access.published_for_reading(Result, request.actor, public_id)
    access.require_edit(request.actor, result)
    if request.method == "POST":
        actions.withdraw_result(request.actor, result)
        messages.success(request, _("“%(title)s” was withdrawn.") % {"title": result.title})
        group = Group.objects.filter(uri=result.about_uri).first()
        return redirect("mandate", group.public_id) if group else redirect("group-list")
    return render(request, "cop/withdrawal.html", {"thing": result, "title": result.title})


def _mandate_page(group: Group | None) -> str | None:
    return reverse("mandate", args=[group.public_id]) if group is not None else None


def _mandate(request: HttpRequest, version: MandateVersion) -> tuple[Group, Mandate]:
    group = (
        Group.objects.visible_to(request.actor).select_related("actor", "node").filter(uri=version.about_uri).first()
    )
    if group is None:
        raise Http404
    return group, mandate_of(group, request.actor)


def _done(request: HttpRequest, words: str, act: Any, *args: Any, **more: Any) -> None:
    """Do it and say so, or say that it is too late."""
    try:
        act(request.actor, *args, **more)
    except actions.NotNow:
        messages.error(request, _("That is not possible any more: somebody has done something meanwhile."))
    else:
        messages.success(request, words)
