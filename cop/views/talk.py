"""Threads under things: reading them, writing, changing and taking back what one wrote, and muting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import page_to_return_to, signed_in
from atlas.views.fragments import is_for
from atlas.views.publishing import tell_published
from cop import access, talk, threads
from cop.actions import conversations as actions
from cop.actions.muting import MOST_MUTED, TooManyMuted, mute, unmute
from cop.forms.conversations import PostEditForm, PostForm, form_for, writing
from cop.models import Post
from cop.views.withdrawn import page_or_tombstone
from federation import types
from federation.negotiation import document_response, wants_activity
from frontend.forms import form_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

THREAD = "thread"  # id of the fragment that fetches itself again


@require_http_methods(["GET", "HEAD", "POST"])
def thread(request: HttpRequest) -> HttpResponse:
    """All that is written about a thing (`?about=`), and the form to write."""
    if request.method == "POST":
        return _write(request)
    thing = _thing_for(request, request.GET.get("about", ""))
    context = {"thing": thing, "title": threads.title_of(thing)}
    context["endorsed"] = types.endorsed(thing.uri) if thing.is_ours else {}
    context["thread"] = talk.thread_about(thing.uri, request.actor, request.GET.get("page"))
    talk.tell_read(request.actor, thing, context["thread"].branches)
    if is_for(request, THREAD):
        may = {"may_take_out": talk.may_take_out(request.actor, thing)}
        response = render(request, "cop/_thread.html", context | may)
    else:
        response = render(request, "cop/thread.html", context | writing(request.actor, thing))
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


@signed_in
def _write(request: HttpRequest) -> HttpResponse:
    thing = _thing_for(request, request.POST.get("about", ""))
    reply_to = _address(request.POST.get("reply_to", ""))
    voices = talk.voices(request.actor, thing, answered=talk.audience_of(reply_to, request.actor))
    form = form_for(thing, reply_to)(request.POST, request.FILES, voices=voices)
    if form.is_valid():
        try:
            post = _published(request, form)
        except actions.TooMany:
            form.add_error(None, _("You have written a lot in a few minutes. Wait a little, then send this again."))
        else:
            tell_published(request, post, _("Published. Whom it concerns is being told, on every node."))
            return redirect(f"{post.get_absolute_url()}#post-{post.public_id}")
    context = {"thing": thing, "title": threads.title_of(thing), "form": form}
    return render(request, "cop/writing.html", context, status=400)


def _published(request: HttpRequest, form: PostForm) -> Post:
    said = form.cleaned_data
    groups = {group.public_id: group.actor for group in access.groups_spoken_for(request.actor)}
    return actions.publish_post(
        request.actor,
        said["about"],
        said["text"],
        speaker=groups.get(said["voice"], request.actor),
        reply_to=said["reply_to"],
        title=said.get("title", ""),
        members_only=said.get("members_only", False),
        language=said["language"],
        once=form.once_key,
        **form.attached_changes(),
    )


@require_safe
@page_or_tombstone(Post)
def post_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """One post among those it belongs to, and the form to answer it."""
    post = _post_for(request, public_id)
    if wants_activity(request):
        return document_response(request, post)
    if actions.is_conversation(post.audience):
        return redirect(post.audience.removeprefix(settings.ORIGIN))
    thing = _thing_for(request, post.about_uri)
    context = {"post": post, "thing": thing, "title": threads.title_of(thing)}
    context["branches"] = [talk.branch_of(post, request.actor)]
    talk.tell_read(request.actor, thing, context["branches"])
    return render(request, "cop/post.html", context | writing(request.actor, thing, post))


@signed_in
@form_page
def edit_post(request: HttpRequest, public_id: str) -> HttpResponse:
    post = _post_for(request, public_id)
    if not post.is_ours or post.author_id != request.actor.pk:
        raise access.NotAllowed("only whoever wrote it can change it")
    form = PostEditForm(request.POST or None, request.FILES or None, instance=Post.objects.get(pk=post.pk))
    if request.method == "POST" and form.is_valid() and form.carried_out(actions.change_post, request.actor, post):
        messages.success(request, _("Saved. The other nodes are being told."))
        return redirect(post)
    return render(request, "cop/post_form.html", {"form": form, "post": post}, status=400 if form.errors else 200)


@signed_in
@form_page
def withdraw_post(request: HttpRequest, public_id: str) -> HttpResponse:
    post = _post_for(request, public_id)
    if not post.is_ours or not (post.author_id == request.actor.pk or access.may_edit(request.actor, post)):
        raise access.NotAllowed("only whoever wrote it can take it back")
    if request.method == "POST":
        thing = threads.thing_at(post.about_uri)
        actions.withdraw_post(request.actor, post)
        messages.success(request, _("What you wrote was taken back."))
        return redirect(thing.get_absolute_url() if thing is not None else "/conversations/")
    return render(request, "cop/withdrawal.html", {"thing": post, "title": post.title or _("What you wrote")})


@signed_in
@require_POST
def muting(request: HttpRequest) -> HttpResponse:
    about = _address(request.POST.get("about", ""))
    try:
        if request.POST.get("mute") == "no":
            unmute(request.actor, about)
            messages.success(request, _("You get notices of what is written there again."))
        else:
            mute(request.actor, about)
            messages.success(request, _("You get no more notices of what is written there."))
    except TooManyMuted:
        full = _(
            "You get no notices from %(count)d places already. In one of them choose “Notify me again”, then come back."
        )
        messages.error(request, full % {"count": MOST_MUTED})
    return HttpResponseRedirect(page_to_return_to(request))


def _thing_for(request: HttpRequest, uri: str) -> Any:
    return access.thing_for_reading(request.actor, _address(uri))


def _address(said: str) -> str:
    """As much of it as an address can have; no database of ours can be asked for a NUL."""
    return said[:500].replace("\0", "")


def _post_for(request: HttpRequest, public_id: str) -> Post:
    post = Post.objects.visible_to(request.actor).select_related("actor", "node").filter(public_id=public_id).first()
    if post is None:
        raise Http404
    return post  # type: ignore[no-any-return]
