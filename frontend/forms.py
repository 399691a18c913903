"""What a field needs to be understood: its words, its ids and how its control is laid out."""

from __future__ import annotations

import copy
import hashlib
import json
import secrets
from typing import Any, NamedTuple

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms import BaseForm, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Widget
from django.forms.boundfield import BoundField
from django.utils.text import capfirst
from django.views.decorators.http import require_http_methods

from frontend import choices
from frontend.checking import help_beside

form_page = require_http_methods(["GET", "HEAD", "POST"])
"""Decorates a view that shows a form and takes it; HEAD asks whether the page is there."""

PICKY = {"date", "datetime-local", "time", "number"}


class Problem(NamedTuple):
    """One line of the error summary: where to go and what to mend there."""

    target: str
    label: str
    message: str

    def __str__(self) -> str:
        """“Until when: …”; a label that is a question needs no colon."""
        mark = "" if not self.label or self.label[-1] in "?!:" else ":"
        return f"{self.label}{mark} {self.message}".strip()


def field_context(bound: BoundField, label: str = "", hint: str = "") -> dict[str, Any]:
    """Everything `_field.html` shows, with hint and errors tied to the control by `aria-describedby`."""
    widget = bound.field.widget
    own_id = bound.id_for_label or bound.auto_id or f"id_{bound.html_name}"
    own_id = bound.auto_id or own_id
    hint = str(hint or bound.help_text or "")
    errors = list(bound.errors)
    described = [f"{own_id}_hint"] if hint else []
    described += [f"{own_id}_error"] if errors else []
    help_ = help_beside(bound.form, bound.name)
    remarks = bound.form.hints.get(bound.name, []) if help_ else []  # type: ignore[attr-defined]
    described += [f"{own_id}_remarks"] if remarks else []
    # A placeholder vanishes as one writes and is mistaken for a value: the label and the hint say it all.
    attributes: dict[str, Any] = {"placeholder": False}
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if errors:
        attributes["aria-invalid"] = "true"
    many = isinstance(widget, (RadioSelect, CheckboxSelectMultiple))
    groups = choices.groups_of(bound) if many else []
    layout = "groups" if groups else "choices" if many else "check" if isinstance(widget, CheckboxInput) else "line"
    return {
        "field": bound,
        "id": own_id,
        "label": capfirst(str(label or bound.label or "")),
        "hint": hint,
        "errors": errors,
        "described": " ".join(described),
        "optional": not bound.field.required and not isinstance(widget, CheckboxInput),
        "layout": layout,
        "groups": groups,
        "writing_help": help_,
        "remarks": remarks,
        "control": bound if many else bound.as_widget(_showing_what_was_written(bound), attributes),
    }


def _showing_what_was_written(bound: BoundField) -> Widget | None:
    """A browser shows nothing of a date or a number it cannot read: what is to be mended comes back as plain text."""
    widget = bound.field.widget
    if not bound.errors or getattr(widget, "input_type", "") not in PICKY:
        return None
    plain = copy.copy(widget)
    plain.input_type = "text"
    return plain


def problems(form: BaseForm) -> list[Problem]:
    """Every error of a bound form, in the order of its fields; those of the whole form first."""
    if not form.is_bound:
        return []
    found = [Problem("", "", str(message)) for message in form.non_field_errors()]
    for bound in form:
        target = _first_control_id(bound)
        if bound.is_hidden:
            found += [Problem("", str(bound.label), str(message)) for message in bound.errors]
        else:
            found += [Problem(target, str(bound.label or ""), str(message)) for message in bound.errors]
    return found


def _digest(file: UploadedFile) -> str:
    """Names the contents of a file, which is left to be read from its beginning."""
    file.seek(0)
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def _first_control_id(bound: BoundField) -> str:
    """The id a link must lead to: the first box of a group, the first part of a split field."""
    own_id = bound.auto_id or ""
    widget = bound.field.widget
    if isinstance(widget, (RadioSelect, CheckboxSelectMultiple)) and own_id:
        return f"{own_id}_0"
    return bound.id_for_label or own_id


class Paragraphs(forms.Textarea):
    """A box for several lines. Browsers end them with CR LF; every node holds the same text, with LF."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        said = super().value_from_datadict(data, files, name)
        return said.replace("\r\n", "\n").replace("\r", "\n") if isinstance(said, str) else said


class OnceFormMixin(forms.Form):
    """A form that makes one thing, however often a browser sends it: after a connection that broke, at a second click.

    Each page that shows the form carries a token of its own. The token alone would swallow what somebody writes who
    goes back and uses the form for a second thing, so the contents count too.
    """

    once = forms.CharField(
        required=False, max_length=64, widget=forms.HiddenInput, initial=lambda: secrets.token_urlsafe(16)
    )

    @property
    def once_key(self) -> str:
        """Names this form with these contents, in 64 characters; empty where the browser sent no token."""
        if not self.cleaned_data.get("once"):
            return ""
        sent = sorted((name, self.data.getlist(name)) for name in self.data if name != "csrfmiddlewaretoken")
        sent += sorted((name, [_digest(each) for each in self.files.getlist(name)]) for name in self.files)
        return hashlib.sha256(json.dumps(sent).encode()).hexdigest()
