"""The list of careful words: add, change, remove."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import stewards_only
from desk import careful_words
from desk.forms import CarefulWordForm
from desk.models import CarefulWord
from frontend.forms import form_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@form_page
@stewards_only
def page(request: HttpRequest) -> HttpResponse:
    """The list, with the form for one more."""
    form = CarefulWordForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _kept(request, form):
        return redirect("desk-careful-words")
    words = CarefulWord.objects.all()[: careful_words.MOST]
    return render(
        request, "desk/careful_words.html", {"form": form, "words": words}, status=400 if form.errors else 200
    )


@form_page
@stewards_only
def change(request: HttpRequest, word_id: int) -> HttpResponse:
    word = get_object_or_404(CarefulWord, pk=word_id)
    form = CarefulWordForm(request.POST or None, instance=word)
    if request.method == "POST" and form.is_valid() and _kept(request, form):
        return redirect("desk-careful-words")
    return render(request, "desk/careful_word.html", {"form": form, "word": word}, status=400 if form.errors else 200)


@require_POST
@stewards_only
def remove(request: HttpRequest, word_id: int) -> HttpResponse:
    word = get_object_or_404(CarefulWord, pk=word_id)
    careful_words.remove_word(word, by=request.actor)
    messages.success(request, _("“%(word)s” is no longer on the list.") % {"word": word.word})
    return redirect("desk-careful-words")


def _kept(request: HttpRequest, form: CarefulWordForm) -> bool:
    try:
        word = careful_words.keep_word(form.save(commit=False), by=request.actor)
    except careful_words.TooManyWords:
        message = _("There are %(most)s words already, which is as many as there can be. Remove one first.")
        form.add_error(None, message % {"most": careful_words.MOST})
        return False
    except careful_words.AlreadyListed:
        form.refuse_twice()
        return False
    messages.success(request, _("“%(word)s” is on the list. Whoever writes it is told why.") % {"word": word.word})
    return True
