"""The history of a page: its versions, one of them, what changed between two, and bringing one back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import signed_in
from federation.publishing import ChangedMeanwhile
from knowledge import access, actions, comparing, queries
from knowledge.forms import TwoVersionsForm
from knowledge.models import Revision

if TYPE_CHECKING:
    from django.http import HttpRequest

PER_PAGE = 50


@require_safe
def history(request: HttpRequest, public_id: str) -> HttpResponse:
    page = access.page_for_reading(request.actor, public_id)
    listed = Paginator(queries.versions_of(page), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "listed": listed,
        "newest": page.version,
        "versions": queries.with_editors(listed.object_list),
        "may_edit": access.may_edit(request.actor, page),
    }
    return render(request, "knowledge/history.html", context)


@require_safe
def one_version(request: HttpRequest, public_id: str, number: str) -> HttpResponse:
    version = access.version_for_reading(request.actor, public_id, int(number))
    context = {
        "page": version.page,
        "version": queries.with_editors([version])[0],
        "may_edit": access.may_edit(request.actor, version.page),
    }
    return render(request, "knowledge/version.html", context)


@require_safe
def changes(request: HttpRequest, public_id: str) -> HttpResponse:
    """Between the two versions asked for, else the last two; 400 where one is no version of the page."""
    page = access.page_for_reading(request.actor, public_id)
    form = TwoVersionsForm(request.GET, queries.numbers_of(page))
    chosen = form.chosen()
    context = {"page": page, "form": form}
    if chosen is not None:
        older, newer = queries.two_versions(page, *chosen)
        context |= {"older": older, "newer": newer, "parts": comparing.parts_of(older, newer)}
    return render(request, "knowledge/changes.html", context, status=200 if chosen else 400)


@signed_in
@require_POST
def restore_version(request: HttpRequest, public_id: str, number: str) -> HttpResponse:
    page = access.page_for_editing(request.actor, public_id)
    seen = request.POST.get("seen", "")
    shown = int(seen) if seen.isascii() and seen.isdigit() and len(seen) <= 10 else None
    try:
        actions.restore_version(request.actor, page, int(number), seen=shown)
    except Revision.DoesNotExist as unknown:
        raise Http404 from unknown
    except ChangedMeanwhile:
        messages.error(request, _("Somebody has saved a newer version since you opened the history. Look at it first."))
        return redirect("know-how-history", public_id)
    messages.success(request, _("Version %(number)s is back, as a new version.") % {"number": number})
    return redirect(page)
