"""The page about the API for people, made of the OpenAPI document: what it says cannot differ from what is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from atlas.api import paging
from federation import limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    Json = dict[str, Any]

MOST_SHOWN = 12  # of the values that a parameter accepts; all of them stand in the OpenAPI document


@dataclass(frozen=True)
class Row:
    """A parameter, or a name in an answer."""

    name: str
    kind: str
    words: str
    values: list[str]
    more: int
    is_required: bool = False


@dataclass(frozen=True)
class Section:
    name: str
    title: str
    words: str
    path: str
    example: str
    parameters: list[Row]
    names: list[Row]


def page(document: Json, uri: str) -> Json:
    """What the template needs; `uri` is that of a thing that everybody can see, for an example."""
    from atlas.api.views import ADDRESSES

    examples = {view.name: view.example or (f"uri={quote(uri)}" if view.name == "thing" else "") for view in ADDRESSES}
    sections = [
        _section(path, operations["get"], document, examples[operations["get"]["operationId"]])
        for path, operations in document["paths"].items()
    ]
    order = list(examples)
    return {
        "sections": sorted(sections, key=lambda section: order.index(section.name)),
        "errors": list(_names(document["components"]["schemas"]["Problem"], document)),
        "origin": settings.ORIGIN,
        "schema": reverse("api-schema"),
        "limits": {"page": paging.MOST, "minute": limits.API_READS_PER_ADDRESS},
    }


def _section(path: str, operation: Json, document: Json, example: str) -> Section:
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
    asked = [each for each in operation.get("parameters", ()) if each["in"] == "query"]
    return Section(
        operation["operationId"],
        operation["summary"],
        operation["description"],
        path,
        f"{settings.ORIGIN}{path}{'?' if example else ''}{example}",
        [_row(each["name"], each["schema"], each["description"], each.get("required", False)) for each in asked],
        list(_names(_entry(_resolved(answer, document), document), document)),
    )


def _entry(answer: Json, document: Json) -> Json:
    """Of a page, what one of its entries is."""
    results = answer["properties"].get("results")
    return _resolved(results["items"], document) if results else answer


def _names(described: Json, document: Json, before: str = "") -> Iterator[Row]:
    for name, schema in described["properties"].items():
        yield _row(f"{before}{name}", schema, schema.get("description", ""))
        inner = _resolved(schema.get("items") or schema, document)
        if "properties" in inner:
            yield from _names(inner, document, f"{before}{name}.")


def _row(name: str, schema: Json, words: str, is_required: bool = False) -> Row:
    values = [str(value) for value in schema.get("enum") or () if value]
    left = len(values) - MOST_SHOWN if len(values) > MOST_SHOWN + 1 else 0
    return Row(name, _kind(schema), words, values[: len(values) - left], left, is_required)


def _kind(schema: Json) -> str:
    words = {
        "string": _("text"),
        "integer": _("whole number"),
        "number": _("number"),
        "boolean": _("yes or no"),
        "array": _("list"),
        "object": _("names and values"),
    }
    formats = {"date-time": _("moment"), "date": _("day")}
    kinds = schema.get("type", "object")
    named = next((kind for kind in ([kinds] if isinstance(kinds, str) else kinds) if kind != "null"), "object")
    said = formats.get(schema.get("format", ""), words[named])
    return _("%(kind)s or null") % {"kind": said} if _may_be_null(schema) else said


def _may_be_null(schema: Json) -> bool:
    return "null" in (schema.get("type") or ()) or any(_may_be_null(each) for each in schema.get("oneOf", ()))


def _resolved(schema: Json, document: Json) -> Json:
    """What a reference stands for; of several ways, the one that is an object."""
    for each in (*schema.get("oneOf", ()), *schema.get("allOf", ())):
        if "$ref" in each:
            schema = each
    if "$ref" not in schema:
        return schema
    found: Json = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return found
