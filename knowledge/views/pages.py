"""Pages of know-how: the list, one page, and its form with a preview."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import signed_in
from atlas.views.fragments import is_for
from atlas.views.lists import kind_list
from atlas.views.publishing import tell_published
from cop.kits import asking, beginning
from cop.kits.steps import after
from cop.views.withdrawn import page_or_tombstone
from federation.negotiation import document_response, wants_activity
from frontend.forms import form_page
from knowledge import access, actions, queries
from knowledge.forms import PageEditForm, PageForm
from knowledge.models import Page

if TYPE_CHECKING:
    from django.http import HttpRequest

    from cop.kits.reading import Kit


PREFILLED = ("speaker", "title", "kind", "adapted_from", "short_answer", "body", "credit", "language")
PREVIEW = "preview"  # the name of the button, and the id of what it shows


@require_safe
def page_list(request: HttpRequest) -> HttpResponse:
    return kind_list(request, "knowledge/list.html")


@require_safe
@page_or_tombstone(Page)
def one_page(request: HttpRequest, public_id: str) -> HttpResponse:
    page = access.page_for_reading(request.actor, public_id)
    if wants_activity(request):
        return document_response(request, page)
    context = {
        "page": page,
        "source": queries.adapted_from(request.actor, page),
        "may_edit": access.may_edit(request.actor, page),
        "may_withdraw": access.may_withdraw(request.actor, page),
    }
    response = render(request, "knowledge/page.html", context)
    patch_vary_headers(response, ["Accept"])
    return response


@signed_in
@form_page
def new_page(request: HttpRequest) -> HttpResponse:
    """Empty, begun from what an address says of it, or with `?kit=` and `?page=` from a starter kit."""
    author = request.actor
    kit = asking.asked_for(request.GET)
    prefilled = {name: request.GET[name] for name in PREFILLED if name in request.GET}
    prefilled |= beginning.of_page(kit, request.GET)
    form = PageForm(_posted(request), request.FILES or None, author=author, initial=prefilled)
    if form.is_valid() and PREVIEW not in request.POST:
        speaker, audience = form.spoken()
        page = actions.publish_page(author, speaker, audience=audience, once=form.once_key, **form.changes())
        tell_published(request, page)
        return redirect(after(kit, author, speaker) or page)
    return _form(request, form, kit=kit)


@signed_in
@form_page
def edit_page(request: HttpRequest, public_id: str) -> HttpResponse:
    page = access.page_for_editing(request.actor, public_id)
    form = PageEditForm(_posted(request), request.FILES or None, instance=page)
    is_sent = form.is_valid() and PREVIEW not in request.POST
    if is_sent and form.carried_out(actions.change_page, request.actor, page):
        messages.success(request, _said_of(form.saved))
        return redirect(page)
    return _form(request, form, page)


def _said_of(saved: actions.Saved) -> str:
    if saved.with_others:
        return _("Saved, together with what somebody else had saved since you opened the page. Read it once more.")
    return _("Saved. The other nodes are being told.")


def _form(request: HttpRequest, form: PageEditForm, page: Page | None = None, kit: Kit | None = None) -> HttpResponse:
    """The form, on request with what it would look like, which htmx gets alone. A look is no mistake: always 200."""
    asked = PREVIEW in request.POST
    context = {"form": form, "page": page, "kit": kit, "preview": form.as_it_would_read if asked else None}
    if asked and is_for(request, PREVIEW):
        return render(request, "knowledge/_preview.html", context)
    return render(request, "knowledge/form.html", context, status=400 if form.errors and not asked else 200)


@signed_in
@form_page
def withdraw_page(request: HttpRequest, public_id: str) -> HttpResponse:
    page = access.page_for_withdrawing(request.actor, public_id)
    if request.method == "POST":
        actions.withdraw_page(request.actor, page)
        messages.success(request, _("“%(title)s” was withdrawn.") % {"title": page.title})
        return redirect("know-how-list")
    return render(request, "cop/withdrawal.html", {"thing": page, "title": page.title})


def _posted(request: HttpRequest) -> object:
    return request.POST if request.method == "POST" else None
