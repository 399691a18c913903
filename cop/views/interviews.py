"""An interview about what somebody knows: the questions, and the card that its person makes of the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import signed_in
from atlas.views.publishing import tell_published
from cop import access
from cop.actions import interviews as actions
from cop.forms.expertise import ExpertiseForm
from cop.forms.interviews import InterviewForm
from cop.interviewing import draft
from cop.models import Interview
from frontend.forms import form_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User
    from cop.models import Person


@signed_in
@form_page
def new_interview(request: HttpRequest) -> HttpResponse:
    """Of oneself, or with `?for=` of somebody of this node who shows a page."""
    person = _asked(request)
    about: User = person.actor.user if person is not None else request.user
    form = InterviewForm(request.POST or None, initial={"language": get_language()})
    if request.method == "POST" and form.is_valid() and (kept := _kept(request, about, form)):
        if kept.is_own:
            return redirect(kept)
        messages.success(request, _("Sent to them alone. They decide whether it becomes a card."))
        return redirect(person or "expertise-list")
    waiting = Interview.objects.filter(about=request.user).order_by("-at") if person is None else []
    context = {"form": form, "person": person, "waiting": waiting}
    return render(request, "cop/interview.html", context, status=400 if form.errors else 200)


def _asked(request: HttpRequest) -> Person | None:
    public_id = request.GET.get("for", "")
    if not public_id:
        return None
    person = access.person_for_reading(request.actor, public_id)
    if person.actor.user is None:
        raise Http404
    return None if person.actor_id == request.actor.pk else person


def _kept(request: HttpRequest, about: User, form: InterviewForm) -> Interview | None:
    try:
        return actions.keep_interview(request.user, about, form.answers(), form.cleaned_data["language"])
    except access.NotAllowed:
        form.add_error(None, _("They cannot be asked."))
    except actions.TooMany:
        form.add_error(None, _("Others have not answered the interviews you wrote down before. Wait for some of them."))
    return None


@signed_in
@form_page
def review_interview(request: HttpRequest, public_id: str) -> HttpResponse:
    """The card that may come of it, for the person it is about: they change it, publish it, or drop it."""
    interview = get_object_or_404(Interview.objects.select_related("by"), public_id=public_id, about=request.user)
    form = ExpertiseForm(request.POST or None, request.FILES or None, author=request.actor, initial=draft(interview))
    if request.method == "POST" and form.is_valid():
        speaker, audience = form.spoken()
        card = actions.approve(interview, speaker, audience=audience, once=form.once_key, **form.changes())
        tell_published(request, card)
        return redirect(card)
    context = {"form": form, "interview": interview}
    return render(request, "cop/expertise_form.html", context, status=400 if form.errors else 200)


@signed_in
@require_POST
def drop_interview(request: HttpRequest, public_id: str) -> HttpResponse:
    actions.drop(get_object_or_404(Interview, public_id=public_id, about=request.user))
    messages.success(request, _("Erased. Nothing of it was published."))
    return redirect("interview-new")
