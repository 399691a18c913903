"""Whom a person does not want to meet: blocking, the list of it, and undoing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import signed_in
from federation import personal_blocks

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PER_PAGE = 30


@signed_in
@require_safe
def blocks(request: HttpRequest) -> HttpResponse:
    page = Paginator(personal_blocks.blocks_of(request.actor), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "cop/blocks.html", {"page": page})


@signed_in
@require_POST
def block(request: HttpRequest) -> HttpResponse:
    """`whom` is the address of an actor, or `node` the origin of a whole node."""
    whom, node = (request.POST.get(name, "")[:500].replace("\0", "") for name in ("whom", "node"))
    try:
        made = personal_blocks.block_node(request.actor, node) if node else personal_blocks.block(request.actor, whom)
    except personal_blocks.CannotBlock:
        raise Http404 from None
    except personal_blocks.TooManyBlocks:
        messages.error(request, _("You block as many as we can keep. Undo one of them first."))
    else:
        name = str(made.node or (made.blocked and made.blocked.name) or _("them"))
        messages.success(request, _("You do not meet %(name)s here any more. Nobody is told.") % {"name": name})
    return redirect("blocks")


@signed_in
@require_POST
def unblock(request: HttpRequest, block_id: int) -> HttpResponse:
    if not personal_blocks.unblock(request.actor, block_id):
        raise Http404
    messages.success(request, _("Done. You meet them again."))
    return redirect("blocks")
