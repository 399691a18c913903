"""The topics of this node alone: their words, where they lie, and what they have to do with others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import stewards_only
from atlas import concepts
from atlas.concept_rules import CannotSay
from atlas.models import Mapping, Topic
from desk import vocabulary
from desk.topicforms import MappingForm, TopicForm, refuse
from frontend.forms import form_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PER_PAGE = 50
HISTORY_PER_PAGE = 50


@require_safe
@stewards_only
def topics(request: HttpRequest) -> HttpResponse:
    page = Paginator(vocabulary.local_topics(), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/topics.html", {"page": page})


@form_page
@stewards_only
def new(request: HttpRequest) -> HttpResponse:
    form = TopicForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            topic = concepts.add_concept(form.words(), form.broader(), by=request.actor)
        except CannotSay as no:
            refuse(form, no)
        else:
            messages.success(request, _("“%(topic)s” can be chosen now.") % {"topic": topic})
            return redirect("desk-topic", topic.slug)
    return render(request, "desk/topic_new.html", {"form": form}, status=400 if form.errors else 200)


@form_page
@stewards_only
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    held = _local(slug)
    form = TopicForm(request.POST or None, topic=held)
    if request.method == "POST" and form.is_valid():
        try:
            concepts.change_concept(held, form.words(), form.broader(), by=request.actor)
        except CannotSay as no:
            refuse(form, no)
        else:
            messages.success(request, _("Saved."))
            return redirect("desk-topic", slug)
    return _page(request, held, form, MappingForm())


@require_POST
@stewards_only
def mapping(request: HttpRequest, slug: str) -> HttpResponse:
    held, form = _local(slug), MappingForm(request.POST)
    if form.is_valid():
        try:
            concepts.map_concept(held, form.cleaned_data["relation"], form.said, by=request.actor)
        except CannotSay as no:
            refuse(form, no)
        else:
            messages.success(request, _("Saved. What is about this topic is soon found there too."))
            return redirect("desk-topic", slug)
    return _page(request, held, TopicForm(topic=held), form)


@require_POST
@stewards_only
def unmapping(request: HttpRequest, slug: str, mapping_id: int) -> HttpResponse:
    held = get_object_or_404(Mapping.objects.select_related("topic"), pk=mapping_id, topic=_local(slug))
    concepts.unmap_concept(held, by=request.actor)
    messages.success(request, _("Taken away."))
    return redirect("desk-topic", slug)


@require_POST
@stewards_only
def offering(request: HttpRequest, slug: str, step: str) -> HttpResponse:
    """Retire it, or offer it again."""
    held = _local(slug)
    try:
        if step == "retire":
            concepts.retire_concept(held, by=request.actor)
            messages.success(request, _("“%(topic)s” is retired. You can offer it again.") % {"topic": held})
        else:
            concepts.offer_again(held, by=request.actor)
            messages.success(request, _("“%(topic)s” can be chosen again.") % {"topic": held})
    except CannotSay as no:
        messages.error(request, no.message)
    return redirect("desk-topic", slug)


def _local(slug: str) -> Topic:
    return get_object_or_404(Topic.objects.local().select_related("broader"), scheme=Topic.Scheme.TOPIC, slug=slug)


def _page(request: HttpRequest, held: Topic, form: TopicForm, mapping_form: MappingForm) -> HttpResponse:
    history = Paginator(vocabulary.history(held), HISTORY_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "topic": held,
        "form": form,
        "mapping_form": mapping_form,
        "problem_form": mapping_form if mapping_form.errors else form,
        "mappings": vocabulary.mappings(held),
        "about": vocabulary.how_many_about(held),
        "history": history,
        "happened": vocabulary.in_words(history.object_list),
    }
    return render(request, "desk/topic.html", context, status=400 if form.errors or mapping_form.errors else 200)
