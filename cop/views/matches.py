"""Proposing a match, the page of one, its steps, and all that somebody has a part in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.access import signed_in
from atlas.views.fragments import is_for
from cop import access, talk
from cop.actions import matches as actions
from cop.actions.conversations import TooMany as TooManyWords
from cop.forms import matches as forms
from cop.forms.conversations import WordsForm
from cop.matching import mine as queries
from cop.models import Expertise, Match, Place, Proposal
from cop.models.matches import NEED, OFFER
from cop.threads import title_of
from cop.views.conversations import MESSAGES
from frontend.forms import form_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.forms import BaseForm
    from django.http import HttpRequest, HttpResponse
    from django.utils.functional import Promise

    from cop.models import Commitment


@signed_in
@require_safe
def my_matches(request: HttpRequest) -> HttpResponse:
    return render(request, "cop/matches.html", {"sections": queries.sections_of(request.actor)})


@signed_in
@form_page
def new_match(request: HttpRequest) -> HttpResponse:
    """To whoever published the thing at `?about=`; `?with=` is what is brought in, if anything."""
    thing = access.thing_for_reading(request.actor, request.GET.get("about", ""))
    if not isinstance(thing, Proposal | Expertise | Place):
        raise Http404
    side = OFFER if isinstance(thing, Proposal) and thing.direction == NEED else NEED
    initial = {"answer_with": request.GET.get("with", "")}
    form = forms.ProposeForm(request.POST or None, person=request.actor, thing=thing, side=side, initial=initial)
    if request.method == "POST" and form.is_valid():
        match = _proposed(request, form, thing, side)
        if match is not None:
            messages.success(request, _("Proposed. You are told when they answer."))
            return redirect(match)
    context = {"form": form, "thing": thing, "side": side, "title": title_of(thing)}
    return render(request, "cop/match_form.html", context, status=400 if form.errors else 200)


def _proposed(request: HttpRequest, form: forms.ProposeForm, thing: Any, side: str) -> Match | None:
    speaker, own = form.answering()
    try:
        return actions.propose_match(request.actor, thing, speaker=speaker, own=own, side=side, said=form.said())
    except actions.CannotBeAsked:
        form.add_error(None, _("They cannot be asked here: it is your own, or they take no proposals from you."))
    except actions.TooMany:
        form.add_error(None, _("You have proposed a lot today. Go on tomorrow, when some have answered."))
    return None


@signed_in
@form_page
def match_page(request: HttpRequest, public_id: str) -> HttpResponse:
    match = access.match_for_reading(request.actor, public_id)
    both = queries.both_sides(match, request.actor)
    form = WordsForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _written(request, both.mine[0], form):
        return redirect(match)
    thread = talk.thread_about(match.conversation.uri, request.actor, request.GET.get("page"))
    context = {"match": match, "conversation": match, "both": both, "thread": thread, "form": form}
    template = "cop/_messages.html" if is_for(request, MESSAGES) else "cop/match.html"
    response = render(request, template, context | {"steps": queries.STEPS}, status=400 if form.errors else 200)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _written(request: HttpRequest, mine: Commitment, form: WordsForm) -> bool:
    said = form.cleaned_data
    try:
        actions.write_in_match(request.actor, mine, said["text"], language=said["language"], once=form.once_key)
    except actions.NotPossible:
        form.add_error(None, _("This has ended: nothing more can be written here."))
    except TooManyWords:
        form.add_error(None, _("You have written a lot in a short time. Wait a little, then send this again."))
    else:
        return True
    return False


@dataclass(frozen=True)
class Step:
    """What one side can do: its form, its action, its words."""

    form: type[BaseForm]
    act: Callable[..., Match]
    title: str | Promise
    button: str | Promise
    done: str | Promise


STEPS = {
    "agreeing": Step(
        forms.AgreeForm,
        actions.agree,
        gettext_lazy("Agree"),
        gettext_lazy("Agree"),
        gettext_lazy("Agreed. Both of you can now see how to reach each other."),
    ),
    "declining": Step(
        forms.PartForm,
        actions.decline,
        gettext_lazy("Not for us, this time"),
        gettext_lazy("Say no, thank you"),
        gettext_lazy("They are told that it is not for you this time."),
    ),
    "starting": Step(
        forms.StartForm,
        actions.begin,
        gettext_lazy("Say that it has begun"),
        gettext_lazy("It has begun"),
        gettext_lazy("Under way. The other side is told."),
    ),
    "noting": Step(
        forms.NoteForm,
        actions.note,
        gettext_lazy("Hours, and how to reach you"),
        gettext_lazy("Save"),
        gettext_lazy("Saved. The other side is told."),
    ),
    "finishing": Step(
        forms.FinishForm,
        actions.finish,
        gettext_lazy("It is done"),
        gettext_lazy("Say that it is done"),
        gettext_lazy("Done. The other side is told."),
    ),
    "thanking": Step(
        forms.ThankForm,
        actions.thank,
        gettext_lazy("Say thank you"),
        gettext_lazy("Send your thanks"),
        gettext_lazy("Your thanks are on their way."),
    ),
    "ending": Step(
        forms.PartForm,
        actions.end,
        gettext_lazy("End it, without blame"),
        gettext_lazy("End it"),
        gettext_lazy("Ended. Neither of you sees any more how to reach the other."),
    ),
}


def _known(mine: Commitment) -> dict[str, Any]:
    return {name: getattr(mine, name) for name in ("hours", "contact", "may_show")}


@signed_in
@form_page
def take_step(request: HttpRequest, public_id: str, step: str) -> HttpResponse:
    match = access.match_for_reading(request.actor, public_id)
    both = queries.both_sides(match, request.actor)
    mine = both.mine_of(request.GET.get("side", ""))
    taken = STEPS[step]
    form_class = forms.ThankAndFinishForm if step == "thanking" and mine.stage not in queries.CLOSED else taken.form
    sent = request.POST if request.method == "POST" else None  # some steps have nothing to fill in
    form = form_class(sent, initial=_known(mine))
    if form.is_valid():
        try:
            taken.act(request.actor, mine, **form.cleaned_data)
        except actions.NotPossible:
            messages.error(request, _("That is not possible any more: somebody has done something meanwhile."))
        else:
            messages.success(request, str(taken.done))
        return redirect(match)
    context = {"match": match, "form": form, "step": taken, "mine": mine, "slug": step}
    return render(request, "cop/match_step.html", context, status=400 if form.errors else 200)
