"""A gathering's page, publishing, changing and withdrawing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import signed_in
from atlas.models import Topic
from atlas.views.publishing import tell_published
from atlas.vocabulary import Vocabulary
from cop.models import Place
from cop.queries import own_name
from events import access, belonging, needs, queries
from events.actions import gatherings as actions
from events.forms import AttendForm, BringForm, GatheringEditForm, GatheringForm
from events.models import Attendee, Gathering
from events.views.times import times_for
from federation import seeing
from federation.negotiation import (
    copy_for_members,
    document_response,
    gone_document,
    kept_from_readers,
    wants_activity,
)
from frontend.forms import form_page

if TYPE_CHECKING:
    from django.core.paginator import Page
    from django.http import HttpRequest, HttpResponse

PEOPLE_PER_PAGE = 100
PREFILLED = ("kind", "speaker", "festival", "title", "axis", "venue", "belongs_to")


@require_safe
def gathering_page(request: HttpRequest, public_id: str) -> HttpResponse:
    try:
        gathering = access.gathering_for_reading(request.actor, public_id)
    except Http404:
        return withdrawn(request, public_id)
    if wants_activity(request):
        return document_response(request, gathering)
    return render(request, "events/gathering.html", _page(request, gathering))


def _page(request: HttpRequest, gathering: Gathering) -> dict[str, Any]:
    organiser = access.may_edit(request.actor, gathering)
    me = queries.attendance(gathering, request.actor)
    context: dict[str, Any] = {
        "gathering": gathering,
        "times": times_for(request, gathering),
        "festival": _shown_festival(request, gathering),
        "venue": _shown_venue(request, gathering),
        "programme": queries.programme(gathering, request.actor) if gathering.kind == "festival" else [],
        "organiser": organiser,
        "me": me,
        "receipt": seeing.receipt(me.join_uri) if me is not None and me.state == Attendee.State.ASKED else None,
        "belonging": belonging.belonging_of(gathering, request.actor),
    }
    return context | _joining(request, gathering, me) | (_people(request, gathering) if organiser else {})


def _joining(request: HttpRequest, gathering: Gathering, me: Attendee | None) -> dict[str, Any]:
    """What is needed, and the forms to take a place and to say what one brings."""
    needed = needs.needed_at(gathering)
    brings = me.brings if me is not None else None
    initial = {"name": own_name(request.actor)}
    return {
        "needed": needed,
        "attend_form": AttendForm(initial=initial, gathering=gathering, needed=needed),
        "bring_form": BringForm(gathering=gathering, brings=brings, needed=needed) if needed and me else None,
    }


def _people(request: HttpRequest, gathering: Gathering) -> dict[str, Any]:
    """Who asked and who was answered, for the organisers. Of those who wait, the next ones follow those answered."""
    answered = _answered(request, gathering)
    waiting = list(queries.waiting_at(gathering, request.actor)[:PEOPLE_PER_PAGE])
    seeing.opened(activities={each.join_uri: gathering.actor for each in waiting if not each.actor.is_ours})
    return {
        "waiting": waiting,
        "answered": answered,
        "people": [attendee for attendee in answered if attendee.state == Attendee.State.COMING],
        "refused": [attendee for attendee in answered if attendee.state == Attendee.State.DECLINED],
    }


def _answered(request: HttpRequest, gathering: Gathering) -> Page[Attendee]:
    """A page of those who were answered; where all of them fit on one, nobody counts them first."""
    everybody = queries.answered_at(gathering, request.actor)
    first = list(everybody[: PEOPLE_PER_PAGE + 1])
    fit = len(first) <= PEOPLE_PER_PAGE
    return Paginator(first if fit else everybody, PEOPLE_PER_PAGE).get_page(request.GET.get("page"))


def _shown_festival(request: HttpRequest, gathering: Gathering) -> Gathering | None:
    """The festival it is part of, where the reader may see that."""
    if gathering.festival is None or gathering.festival.kind != Gathering.Kind.FESTIVAL:
        return None
    return Gathering.objects.visible_to(request.actor).filter(pk=gathering.festival.pk).first()


def _shown_venue(request: HttpRequest, gathering: Gathering) -> Place | None:
    """The place of the list it is held at, where the reader may see that."""
    if gathering.venue_id is None:
        return None
    return Place.objects.visible_to(request.actor).filter(uri=gathering.venue_id).first()


def withdrawn(request: HttpRequest, public_id: str) -> HttpResponse:
    """410: the tombstone to programs, a plain page to people. Raises Http404 for what the reader never could see."""
    copy = copy_for_members(request) or kept_from_readers(request)
    if copy is not None:
        return copy
    gathering = access.withdrawn_for_reading(request.actor, public_id)
    if wants_activity(request):
        return gone_document(gathering)
    context = {"gathering": gathering, "runs": access.may_trace(request.actor, gathering)}
    return render(request, "events/withdrawn.html", context, status=410)


@signed_in
@form_page
def new_gathering(request: HttpRequest) -> HttpResponse:
    initial = {"time_zone": request.user.time_zone, **_wanted(request)}
    form = GatheringForm(request.POST or None, request.FILES or None, author=request.actor, initial=initial)
    if request.method == "POST" and form.is_valid():
        speaker, audience = form.spoken()
        gathering = actions.publish_gathering(
            request.actor, speaker, audience=audience, once=form.once_key, **form.changes()
        )
        tell_published(request, gathering)
        return redirect(gathering)
    return render(request, "events/gathering_form.html", {"form": form}, status=400 if form.errors else 200)


def _wanted(request: HttpRequest) -> dict[str, Any]:
    """What the address says of a new gathering; `topic` is a slug, as in the empty places of the atlas's grid."""
    wanted: dict[str, Any] = {name: request.GET[name] for name in PREFILLED if name in request.GET}
    topic = Vocabulary().get(Topic.Scheme.TOPIC, request.GET["topic"]) if "topic" in request.GET else None
    return wanted | ({"topics": [topic.iri]} if topic is not None and topic.retired_at is None else {})


@signed_in
@form_page
def edit_gathering(request: HttpRequest, public_id: str) -> HttpResponse:
    gathering = access.gathering_for_editing(request.actor, public_id)
    form = GatheringEditForm(request.POST or None, request.FILES or None, instance=gathering, reader=request.actor)
    if request.method == "POST" and form.is_valid() and _changed(request, gathering, form):
        messages.success(request, _("Saved. Those who come and the other nodes are being told."))
        return redirect(gathering)
    context = {"form": form, "gathering": gathering}
    return render(request, "events/gathering_form.html", context, status=400 if form.errors else 200)


def _changed(request: HttpRequest, gathering: Gathering, form: GatheringEditForm) -> bool:
    """Whether the change was made; if not, the form says why."""
    try:
        return form.carried_out(actions.change_gathering, request.actor, gathering)
    except actions.TooFewPlaces as too_few:
        message = _(
            "%(coming)s people have a place already. Give at least as many places, or tell some of them no first."
        )
        form.add_error("capacity", message % {"coming": too_few.coming})
        return False


@signed_in
@form_page
def withdraw_gathering(request: HttpRequest, public_id: str) -> HttpResponse:
    gathering = access.gathering_for_editing(request.actor, public_id)
    if request.method == "POST":
        actions.withdraw_gathering(request.actor, gathering)
        messages.success(request, _("“%(title)s” was withdrawn.") % {"title": gathering.title})
        return redirect("gatherings")
    return render(request, "events/withdrawal.html", {"gathering": gathering})
