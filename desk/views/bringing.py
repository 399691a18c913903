"""Bringing a register at the desk: the file, the report of what would happen, and how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import stewards_only
from desk.bringing import uploads
from desk.bringing.report import BadFile
from desk.forms import BringingForm
from desk.models import Import
from frontend.forms import form_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PER_PAGE = 20


@form_page
@stewards_only
def bringing(request: HttpRequest) -> HttpResponse:
    form = BringingForm(request.POST or None, request.FILES or None, shipped=uploads.shipped())
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("desk-import", uploads.begin(request.user, **form.uploaded()).pk)
        except BadFile as bad:
            form.add_error("own_mapping", str(bad))
    imports = Paginator(Import.objects.order_by("-pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": imports, "mappings": uploads.shipped()}
    return render(request, "desk/bringing.html", context, status=400 if form.errors else 200)


@require_safe
@stewards_only
def mapping(request: HttpRequest, name: str) -> FileResponse:
    """One that comes with the program, to be changed into one's own. The first explains the format."""
    path = uploads.shipped_file(name)
    if path is None:
        raise Http404
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name, content_type="application/yaml")


@require_safe
@stewards_only
def one_import(request: HttpRequest, import_id: int) -> HttpResponse:
    row = get_object_or_404(Import, pk=import_id)
    context = {"import": row, "has_report": uploads.report_of(row).is_file()}
    return render(request, "desk/import.html", context)


@require_safe
@stewards_only
def report(request: HttpRequest, import_id: int) -> FileResponse:
    path = uploads.report_of(get_object_or_404(Import, pk=import_id))
    if not path.is_file():
        raise Http404
    return FileResponse(path.open("rb"), as_attachment=True, filename="report.csv", content_type="text/csv")


@require_POST
@stewards_only
def start(request: HttpRequest, import_id: int) -> HttpResponse:
    if uploads.start(get_object_or_404(Import, pk=import_id)):
        messages.success(request, _("It is being brought. You can leave this page."))
    return redirect("desk-import", import_id)


@require_POST
@stewards_only
def discard(request: HttpRequest, import_id: int) -> HttpResponse:
    uploads.discard(get_object_or_404(Import, pk=import_id))
    messages.success(request, _("The file and its report are gone. What was listed stays."))
    return redirect("desk-bringing")
