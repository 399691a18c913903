"""Reporting a thing to the stewards, and what became of one's reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import signed_in
from cop import access, threads
from cop.forms.reports import ReportForm
from cop.queries import named_things
from federation import reports
from frontend.forms import form_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PER_PAGE = 20


@signed_in
@require_safe
def my_reports(request: HttpRequest) -> HttpResponse:
    page = Paginator(reports.made_by(request.actor), PER_PAGE).get_page(request.GET.get("page"))
    things = named_things([flag.object_uri for flag in page.object_list], request.actor)
    listed = [(flag, things.get(flag.object_uri)) for flag in page.object_list]
    return render(request, "cop/reports.html", {"page": page, "listed": listed})


@signed_in
@form_page
def new_report(request: HttpRequest) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    thing = access.anything_for_reading(request.actor, asked.get("about", "")[:500].replace("\0", ""))
    form = ReportForm(request.POST or None, initial={"about": thing.uri}, name=access.name_of(request.actor))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            _flag, is_new = reports.report(request.actor, thing, said["reason"], said["words"], name=said["told"])
        except reports.TooManyReports:
            form.add_error(None, _("Many of your reports wait for an answer. Wait for some of them, then come back."))
        else:
            thanks = _("Thank you. The stewards are being told. Here you see what becomes of it.")
            messages.success(
                request, thanks if is_new else _("You have reported this already. It waits for an answer.")
            )
            return redirect("reports")
    context = {"form": form, "thing": thing, "title": threads.title_of(thing) or _("What somebody wrote")}
    context["talk"] = threads.group_of_talk(thing)
    return render(request, "cop/report_form.html", context, status=400 if form.errors else 200)
