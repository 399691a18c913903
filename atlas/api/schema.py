"""The OpenAPI document, made of the same classes that answer, in each language of the interface."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from atlas.api import paging
from atlas.api.asking import LONGEST_ADDRESS, MOST_ADDRESSES, AddressesField, LimitField
from atlas.api.serializers import ProblemSerializer
from atlas.fieldtypes import BoxField, ConceptField, DayField, SpotField
from atlas.problems import MEDIA_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterator

    Json = dict[str, Any]

TITLE = _("Flotilla: what is on the atlas, for programs")
DESCRIPTION = _(
    "Everything that the pages of the atlas show can be read here as JSON. Nothing can be changed. Without a sign-in "
    "you see what everybody sees; with the session of somebody who is signed in on the pages, what they see. Each "
    "answer has an ETag: send it back as If-None-Match, and you get 304 while nothing has changed."
)

# What each parameter is for. The filters of the page are explained here and nowhere else.
ABOUT: dict[str, Any] = {
    "q": _(
        "Words, in English or Italian, as somebody would type them into the search. The best 200 come first, then the "
        "others, the newest first. Where more than 500 fit, the newest come first at once."
    ),
    "exact": _("With 1, words are looked for as they were typed, and typing errors are not mended."),
    "kind": _("What it is."),
    "topic": _("About this topic, or one below it: its “slug”, as it stands in the list of topics."),
    "area": _(
        "In this area, or one that lies in it, by its name; of an area that this node does not know, the words decide."
    ),
    "steps": _("With “none”, only what is known to have no steps."),
    "axis": _("Along this axis: the “slug” of an axis."),
    "support": _("Of this kind of support: its “slug”."),
    "exchange": _("With “borrow-lend”, only what can be borrowed."),
    "node": _("From this node: “here” for the one that you ask, otherwise its host, as in justspace.example."),
    "since": _("Not over before this day."),
    "until": _("Begun by the end of this day."),
    "group": _("From this group: its address, as in “group” of a thing."),
    "bbox": _("In this part of the map: west, south, east and north in degrees. West may be greater than east."),
    "layer": _("In this layer of the map, the network or the topics."),
    "around": _("The thing with this address, or the topic with this IRI, and what it is directly related to."),
    "near": _("With the layer “face”, distances are from here: latitude and longitude in degrees."),
    "uri": _("Only these things, by their addresses: up to ten, each as a parameter of its own."),
    "thing.uri": _("Its address, as in “uri” of the list of things."),
    "limit": _("How many entries a page has at most: 1 to 200; 50 where nothing is said."),
    "cursor": _(
        "Where the page begins. Take it from “next” of the page before; it is good for the same question only. What is "
        "published meanwhile is not given twice, and pushes nothing out."
    ),
    "relation": _("Only this relation."),
    "from": _("Only those that begin at the thing with this address."),
    "to": _("Only those that end at the thing with this address."),
    "scheme": _("Only this list of words."),
    "level": _("Only areas this wide."),
    "within": _("Only areas that lie in this one: its “slug”."),
}
DEGREES = r"-?[0-9]{1,3}(\.[0-9]{1,12})?"
COORDINATES = {"bbox": ("-0.5,51.3,0.3,51.7", 4), "near": ("51.536,-0.140", 2)}
ADDRESS = r"^[!-~]*$"  # what is not ASCII stands in them percent-encoded
ADDRESSES = {"uri", "group", "around", "from", "to"}
CURSOR = r"^[A-Za-z0-9._:-]*$"
CHANGING = {"node", "topic"}  # which there are depends on the node, and may be another tomorrow
ANY = {"type": "string"}


class Described(AutoSchema):
    """What a `Resource` says of itself, in the words of OpenAPI."""

    def get_operation_id(self) -> str:
        return str(self.view.name)

    def get_tags(self) -> list[str]:
        return ["atlas"]

    def get_summary(self) -> str:
        return str(self.view.title)

    def get_description(self) -> str:
        return str(self.view.says)

    def get_auth(self) -> list[Json]:
        return []

    def get_override_parameters(self) -> list[Any]:
        found = [_parameter(self.view.name, name, field) for name, field in _fields_of(self.view)]
        known = OpenApiParameter(
            "If-None-Match", str, OpenApiParameter.HEADER, description=_("The ETag of what you have.")
        )
        etag = OpenApiParameter(
            "ETag", str, OpenApiParameter.HEADER, response=[200, 304], description=_("Changes when the answer does.")
        )
        pause = OpenApiParameter(
            "Retry-After", int, OpenApiParameter.HEADER, response=[429, 503], description=_("Seconds to wait.")
        )
        return [*found, known, etag, pause]

    def get_response_serializers(self) -> Json:
        of = self.view.name
        found: dict[Any, Any] = {
            200: OpenApiResponse(self.view.answers, _("What you asked for.")),
            304: OpenApiResponse(None, _("Nothing has changed since the ETag that you sent.")),
        }
        problems = {
            400: _("Something that you asked for cannot be read: “errors” names each parameter and what is accepted."),
            **({404: _("There is no such thing, or you may not see it.")} if of == "thing" else {}),
            405: _("Something else than reading was asked for."),
            429: _("Too many questions from one address in a minute."),
            503: _("The node has too much to do at the moment."),
        }
        return found | {
            (status, MEDIA_TYPE): OpenApiResponse(ProblemSerializer, words) for status, words in problems.items()
        }


@lru_cache(maxsize=4)
def document(language: str) -> Json:
    """The whole description with its words in one language. Nothing in it depends on who asks."""
    from atlas.api.urls import urlpatterns

    with translation.override(language):
        generator = SchemaGenerator(patterns=urlpatterns)  # type: ignore[no-untyped-call]
        made: Json = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
        made["info"] |= {"title": str(TITLE), "description": str(DESCRIPTION)}
    return made


def _fields_of(view: Any) -> Iterator[tuple[str, forms.Field]]:
    nobody = HttpRequest()
    nobody.method = "GET"
    for form in view.forms(nobody):
        yield from form.fields.items()


def _parameter(of: str, name: str, field: forms.Field) -> OpenApiParameter:
    several = isinstance(field, AddressesField)
    return OpenApiParameter(
        name,
        _schema_of(name, field),
        OpenApiParameter.QUERY,
        required=field.required,
        description=ABOUT.get(f"{of}.{name}") or ABOUT[name],
        explode=True if several else None,
    )


def _schema_of(name: str, field: forms.Field) -> Json:
    if isinstance(field, LimitField):
        return {"type": "integer", "minimum": 1, "maximum": paging.MOST, "default": paging.USUAL}
    if isinstance(field, AddressesField):
        return {"type": "array", "items": _text(name, LONGEST_ADDRESS), "maxItems": MOST_ADDRESSES}
    if isinstance(field, ConceptField):
        return dict(ANY) if name in CHANGING else {**ANY, "enum": list(_values(field.choices))}
    if isinstance(field, DayField):
        return {**ANY, "format": "date", "examples": ["2026-12-01"]}
    if isinstance(field, (BoxField, SpotField)):
        example, numbers = COORDINATES[name]
        return {**ANY, "pattern": f"^{','.join([DEGREES] * numbers)}$", "examples": [example]}
    if name == "cursor":
        return {**ANY, "pattern": CURSOR, "maxLength": paging.LONGEST_CURSOR}
    return _text(name, field.max_length)  # type: ignore[attr-defined]  # nothing here has no bound


def _text(name: str, longest: int) -> Json:
    return {**ANY, "maxLength": longest, **({"pattern": ADDRESS} if name in ADDRESSES else {})}


def _values(choices: Any) -> Iterator[str]:
    for value, label in choices:
        if isinstance(label, (list, tuple)):
            yield from _values(label)
        elif value:
            yield str(value)
