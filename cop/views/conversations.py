"""Writing to one person: the list of one's conversations, one of them, and the first message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import signed_in
from atlas.views.fragments import is_for
from cop import access, talk
from cop.actions import conversations as actions
from cop.forms.conversations import WordsForm
from frontend.forms import form_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from federation.models import Actor

PER_PAGE = 30
MESSAGES = "messages"  # id of the fragment that fetches itself again


@signed_in
@require_safe
def conversations(request: HttpRequest) -> HttpResponse:
    page = Paginator(talk.conversations_of(request.actor), PER_PAGE).get_page(request.GET.get("page"))
    listed = talk.with_others(page.object_list, request.actor)
    return render(request, "cop/conversations.html", {"page": page, "listed": listed})


@signed_in
@form_page
def conversation(request: HttpRequest, public_id: str) -> HttpResponse:
    held = _mine(request, public_id)
    other = held.other
    form = WordsForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _sent(request, other, form):
        return redirect(held)
    if request.method != "POST":
        actions.read_conversation(request.actor, held)
    thread = talk.thread_about(held.uri, request.actor, request.GET.get("page"))
    context = {"conversation": held, "other": other, "thread": thread, "form": form}
    template = "cop/_messages.html" if is_for(request, MESSAGES) else "cop/conversation.html"
    response = render(request, template, context, status=400 if form.errors else 200)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


@signed_in
@form_page
def write_to(request: HttpRequest, public_id: str) -> HttpResponse:
    """The first message to somebody who shows a page; later ones go on in the conversation."""
    person = access.person_for_reading(request.actor, public_id)
    if person.actor_id == request.actor.pk:
        return redirect("conversations")
    form = WordsForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _sent(request, person.actor, form):
        held = actions.conversation_for(request.actor, person.actor)
        return redirect(held or "conversations")
    return render(request, "cop/write_to.html", {"person": person, "form": form}, status=400 if form.errors else 200)


@signed_in
@require_POST
def leave(request: HttpRequest, public_id: str) -> HttpResponse:
    actions.leave_conversation(request.actor, _mine(request, public_id))
    messages.success(request, _("You have left the conversation. Nothing more comes from there."))
    return redirect("conversations")


def _sent(request: HttpRequest, other: Actor, form: WordsForm) -> bool:
    """Whether it was; if not, the form says why."""
    said = form.cleaned_data
    try:
        actions.write_to(request.actor, other, said["text"], language=said["language"], once=form.once_key)
    except actions.NotReachable:
        form.add_error(None, _("They cannot be written to: they show no page, or have left the conversation."))
    except actions.TooMany:
        form.add_error(None, _("You have written a lot in a short time. Wait a little, then send this again."))
    else:
        messages.success(request, _("Sent. Only the two of you can read it."))
        return True
    return False


def _mine(request: HttpRequest, public_id: str) -> Any:
    held = talk.readable_conversations().filter(public_id=public_id, participants__actor=request.actor).first()
    if held is None:
        raise Http404
    return talk.with_others([held], request.actor)[0]
