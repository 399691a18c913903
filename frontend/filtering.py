"""The query string is the state of a list: chips that leave it, links that change it."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.forms import BaseForm
from django.forms.boundfield import BoundField
from django.http import QueryDict

RESTARTS = "page"  # a changed filter begins at its first page
EXACT = "exact"  # look for words as they were typed: said of one question, and forgotten when another is typed


class Chip(NamedTuple):
    label: str
    value: str
    url: str


def changed(query: QueryDict, changes: dict[str, Any]) -> str:
    """The query string with the changes: None or "" removes a key, a list sets several values."""
    fresh = query.copy()
    fresh.pop(RESTARTS, None)
    for key, value in changes.items():
        if value is None or value == "":
            fresh.pop(key, None)
        elif isinstance(value, (list, tuple, set)):
            fresh.setlist(key, [str(item) for item in value])
        else:
            fresh[key] = str(value)
    return f"?{fresh.urlencode()}" if fresh else "?"


def only(query: QueryDict, *names: str) -> QueryDict:
    """What the query string says by these names, and nothing else."""
    fresh = QueryDict(mutable=True)
    for name in names:
        if name in query:
            fresh.setlist(name, query.getlist(name))
    return fresh


def chips(query: QueryDict, form: BaseForm) -> list[Chip]:
    """One chip per value in force, each with the address of the page without it."""
    found = []
    for bound in form.visible_fields():
        name = bound.html_name
        for value in query.getlist(name):
            if value == "":
                continue
            without = [other for other in query.getlist(name) if other not in (value, "")]
            found.append(Chip(str(bound.label or name), _words(bound, value), changed(query, {name: without or None})))
    return found


def kept(query: QueryDict, form: BaseForm) -> list[tuple[str, str]]:
    """What the address says beside the form's own fields, such as the view: carried on in hidden inputs."""
    own = {bound.html_name for bound in form} | {RESTARTS, EXACT}
    return [(key, value) for key, values in query.lists() if key not in own for value in values]


def _words(bound: BoundField, value: str) -> str:
    """The words of a choice instead of its code."""
    for choice, label in getattr(bound.field, "choices", ()):
        if isinstance(label, (list, tuple)):
            for inner, words in label:
                if str(inner) == value:
                    return str(words)
        elif str(choice) == value:
            return str(label)
    return value
