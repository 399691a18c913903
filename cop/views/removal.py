"""Words taken out of a group's talk by its stewards, and put back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import signed_in
from cop import access, queries
from cop.actions.removal import group_of, put_back, take_out
from cop.forms.reports import TakingOutForm
from cop.models import Post
from federation import restrictions
from frontend.forms import form_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PER_PAGE = 20


@signed_in
@form_page
def taking_out(request: HttpRequest, public_id: str) -> HttpResponse:
    post = Post.objects.visible_to(request.actor).select_related("actor").filter(public_id=public_id).first()
    group = group_of(post) if post is not None else None
    if post is None or group is None or not access.is_steward(request.actor, group):
        raise Http404
    form = TakingOutForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        take_out(request.actor, post, reason=form.cleaned_data["reason"])
        messages.success(request, _("Taken out. The other nodes are being told."))
        return redirect("group-taken-out", group.public_id)
    context = {"form": form, "post": post, "group": group}
    return render(request, "cop/taking_out.html", context, status=400 if form.errors else 200)


@signed_in
@require_safe
def taken_out(request: HttpRequest, public_id: str) -> HttpResponse:
    """What the stewards of a group took out of its talk; for them alone."""
    group = access.group_for_reading(request.actor, public_id)
    if not group.is_ours or not access.is_steward(request.actor, group):
        raise Http404
    page = Paginator(queries.taken_out_by(group), PER_PAGE).get_page(request.GET.get("page"))
    posts = queries.posts_at([each.object_uri for each in page.object_list], request.actor)
    listed = [(each, posts.get(each.object_uri)) for each in page.object_list]
    return render(request, "cop/taken_out.html", {"group": group, "page": page, "listed": listed})


@signed_in
@require_POST
def putting_back(request: HttpRequest, public_id: str) -> HttpResponse:
    kept = Post.objects.filter(restrictions.left_to(request.actor), withdrawn_at__isnull=True)
    post = kept.select_related("actor").filter(public_id=public_id).first()
    group = group_of(post) if post is not None else None
    if post is None or group is None or not access.is_steward(request.actor, group):
        raise Http404
    if put_back(request.actor, post):
        messages.success(request, _("It is back in the discussion, on every node."))
    return redirect("group-taken-out", group.public_id)
