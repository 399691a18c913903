"""A person's notices, and what they follow."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import page_to_return_to, signed_in
from atlas.views.fragments import is_for
from notifications import actions, queries
from notifications.access import NotFollowable
from notifications.forms import FollowForm, ReadForm
from notifications.templatetags.notifications import button_context

PAGE_SIZE = 30


@require_safe
@never_cache
@signed_in
def notices(request: HttpRequest) -> HttpResponse:
    """Newest first; `?view=unread` for those not read yet. HTMX gets the list alone."""
    unread_only = request.GET.get("view") == "unread"
    page = Paginator(queries.notices_of(request.user, unread_only), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": queries.lines(page.object_list, request.user),
        "unread_only": unread_only,
        "newest_unread": queries.newest_unread(request.user),
    }
    part = "_notices" if is_for(request, "notices") else "notices"
    return render(request, f"notifications/{part}.html", context)


@require_safe
@never_cache
@signed_in
def bell(request: HttpRequest) -> HttpResponse:
    """The bell alone, for pages that were told that something is new."""
    return render(request, "frontend/components/_bell.html")


@require_POST
@signed_in
def reading(request: HttpRequest, notice_id: int) -> HttpResponse:
    if not actions.mark_read(request.user, notice_id):
        raise Http404
    return back(request, "notifications:notices")


@require_POST
@signed_in
def reading_all(request: HttpRequest) -> HttpResponse:
    """Everything up to the newest notice that was on the page; what arrived since stays unread."""
    form = ReadForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(form.errors["up_to"]))
    elif actions.mark_all_read(request.user, form.cleaned_data["up_to"]):
        messages.success(request, _("All notices are marked as read."))
    return back(request, "notifications:notices")


@require_POST
@signed_in
def follows(request: HttpRequest) -> HttpResponse:
    return _changed_follow(request, actions.follow, following=True)


@require_POST
@signed_in
def unfollows(request: HttpRequest) -> HttpResponse:
    return _changed_follow(request, actions.unfollow, following=False)


def _changed_follow(request: HttpRequest, change, following: bool) -> HttpResponse:
    form = FollowForm(request.POST)
    if not form.is_valid():
        return render(request, "notifications/follow_refused.html", {"form": form}, status=400)
    kind, target, name = (form.cleaned_data[field] for field in ("kind", "target", "name"))
    try:
        change(request.user, kind, target, *([name] if following else []))
    except NotFollowable:
        raise Http404 from None
    except actions.TooManyFollows:
        refusal = _("You follow %(most)s things, as many as we can keep. Stop following one first.")
        messages.error(request, refusal % {"most": actions.MOST_FOLLOWS})
        return redirect("notifications:following")
    if request.htmx:
        context = button_context(request, kind, target, name, following=following)
        return render(request, "notifications/_follow_button.html", context)
    return back(request, "notifications:following")


@require_safe
@never_cache
@signed_in
def following(request: HttpRequest) -> HttpResponse:
    return render(request, "notifications/following.html", {"follows": queries.following(request.user)})


def back(request: HttpRequest, otherwise: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(page_to_return_to(request, reverse(otherwise)))
