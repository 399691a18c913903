"""A list of this node inside another website: the frame, the points of its map, and the page that hands frames out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from csp.decorators import csp_replace
from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import get_language, get_supported_language_variant, override
from django.utils.translation import gettext_lazy as _
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import conditional_page, require_safe

from atlas import lists
from atlas.access import cards_of
from atlas.fieldtypes import ConceptField
from atlas.views.data import points_asked_for
from frontend import shell

if TYPE_CHECKING:
    from atlas.filters import CardFilter
    from atlas.lists import CardList

MOST_SHOWN = 20  # cards in a frame; the page they come from has them all
FRESH_SECONDS = 300
LIST, MAP = "list", "map"
SIZES = {"wide": (640, 760), "narrow": (280, 640)}  # pixels


def _choice(label: Any, choices: list[Any]) -> ConceptField:
    return ConceptField(label=label, choices=choices, accepted=", ".join(value for value, _words in choices))


class FrameForm(forms.Form):
    """How a frame looks; what is not said is as the first choice has it."""

    view = _choice(_("What to show"), [(LIST, _("List")), (MAP, _("Map and list"))])
    language = _choice(_("Language"), settings.LANGUAGES)
    theme = _choice(_("Colours"), [("auto", _("As the reader’s device")), ("light", _("Light")), ("dark", _("Dark"))])

    def chosen(self, name: str) -> str:
        """What was asked for and understood; empty where that is nothing."""
        self.is_valid()
        return str(self.cleaned_data.get(name, ""))


class FrameChoiceForm(FrameForm):
    """The choices of the page that hands frames out."""

    size = _choice(_("Size"), [("wide", _("Wide: 640 pixels")), ("narrow", _("Narrow, for a sidebar: 280 pixels"))])

    def __init__(self, asked: dict[str, str]) -> None:
        """Each begins with its first choice, the language with that of the page: none can be left out."""
        super().__init__({"view": LIST, "theme": "auto", "size": "wide", "language": get_language(), **asked})
        for field in self.fields.values():
            field.required = True


class Frame(NamedTuple):
    """The attributes of an `<iframe>`; `src` without the node, sizes in pixels."""

    src: str
    title: str
    width: int
    height: int


# The outer two also reach the answer 304, by whose headers browsers replace those they kept.
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]  # django-csp knows no views with arguments
@conditional_page
@require_safe
def embed(request: HttpRequest, place: str) -> HttpResponse:
    """The list as any visitor sees it. Who is signed in changes nothing: not what is shown, nor language or clock."""
    card_list, form = _list_at(place), FrameForm(request.GET)
    language = form.chosen("language") or _language_of_the_browser(request)
    with override(language), timezone.override(None):
        response = render(request, "atlas/embed.html", _framed(request, card_list, form))
    response["Content-Language"] = language
    response["Cache-Control"] = f"public, max-age={FRESH_SECONDS}"
    return response


@require_safe
def embed_points(request: HttpRequest, place: str) -> HttpResponse:
    """The points of a frame's map: those of `/atlas/cards.geojson` that any visitor may see."""
    card_list = _list_at(place)
    if not card_list.has_points:
        raise Http404
    with override(FrameForm(request.GET).chosen("language") or _language_of_the_browser(request)):
        response = points_asked_for(request, card_list.filtered(request.GET, cards_of(None)))
    if response.status_code == 200:
        response["Cache-Control"] = f"public, max-age={FRESH_SECONDS}"
    return response


@require_safe
def on_your_website(request: HttpRequest, place: str) -> HttpResponse:
    """“Put this on your website”: the ready snippet of a list as it is filtered, and what it looks like."""
    card_list = _list_at(place)
    filters = card_list.filtered(request.GET, cards_of(None))
    form = FrameChoiceForm(request.GET.dict())
    if not card_list.has_points:
        form.fields.pop("view")
    frame = _frame(card_list, filters, form)
    line = '<iframe src="{}" title="{}" width="{}" height="{}" loading="lazy"></iframe>'
    context = {
        "form": form,
        "filters": filters,
        "asked": lists.asked_for(filters),
        "words": lists.words_of(filters),
        "back": _page_address(card_list, filters),
        "frame": frame,
        "snippet": format_html(line, settings.ORIGIN + frame.src, frame.title, frame.width, frame.height),
        "list_title": card_list.title,
    }
    return render(request, "atlas/on_your_website.html", context)


def _list_at(place: str) -> CardList:
    try:
        return lists.at(f"/{place}/")
    except lists.NoSuchList:
        raise Http404 from None


def _language_of_the_browser(request: HttpRequest) -> str:
    """Not of the account or the cookie, as pages have it: a frame stands on the page of somebody else."""
    for code, _weight in parse_accept_lang_header(request.headers.get("accept-language", "")):
        try:
            return get_supported_language_variant(code)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE


def _framed(request: HttpRequest, card_list: CardList, form: FrameForm) -> dict[str, Any]:
    """Everything the frame shows, in the language of now."""
    filters = card_list.filtered(request.GET, cards_of(None))
    listed = filters.explained(filters.in_order().for_page()[:MOST_SHOWN])
    things = filters.in_order().count()
    theme = form.chosen("theme")
    return {
        "title": _title(card_list, filters),
        "list_title": card_list.title,
        "words": lists.words_of(filters),
        "page": _page_address(card_list, filters),
        "form": form,
        "filters": filters,
        "listed": listed,
        "things": things,
        "is_all": things <= len(listed),
        "theme": theme if theme in ("light", "dark") else "",
        "source": _points_address(card_list, filters) if _has_map(card_list, form) else "",
    }


def _has_map(card_list: CardList, form: FrameForm) -> bool:
    return card_list.has_points and form.chosen("view") == MAP


def _title(card_list: CardList, filters: CardFilter) -> str:
    """“Needs: Housing – Camden Commons”."""
    asked = lists.words_of(filters)
    return f"{card_list.title}: {asked} – {shell.node_name()}" if asked else f"{card_list.title} – {shell.node_name()}"


def _page_address(card_list: CardList, filters: CardFilter) -> str:
    return lists.address_of(card_list.path, filters) or card_list.path


def _points_address(card_list: CardList, filters: CardFilter) -> str:
    asked = lists.asked_for(filters) | {"language": get_language()}
    return f"{card_list.path}embed/points.geojson?{urlencode(asked)}"


def _frame(card_list: CardList, filters: CardFilter, form: FrameForm) -> Frame:
    look = {name: form.chosen(name) for name in ("view", "language", "theme")}
    said = {name: value for name, value in look.items() if value not in ("", LIST, "auto")}
    src = f"{card_list.path}embed/?{urlencode(lists.asked_for(filters) | said)}"
    return Frame(src, _title(card_list, filters), *SIZES[form.chosen("size") or "wide"])
