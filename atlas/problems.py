"""What programs are told when they get no answer: problem details (RFC 9457)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.http import JsonResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from atlas.fieldtypes import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.forms import BaseForm
    from django.http import HttpResponse, QueryDict

MEDIA_TYPE = "application/problem+json"
MOST_FAULTS = 20  # that one answer names


class BadQuery(ValueError):
    """One parameter that could not be read: its name, its value, and what is accepted."""

    def __init__(self, field: str, value: str, message: str) -> None:
        super().__init__(message)
        self.field, self.value = field, value


def faults_of(form: BaseForm) -> Iterator[BadQuery]:
    """One per field of a form, or of a filter's, that could not be read."""
    query = cast("QueryDict", form.data)
    for name, [message, *_more] in form.errors.items():
        yield BadQuery(name, ", ".join(query.getlist(name)), str(message))


def unreadable(faults: Iterable[BadQuery]) -> HttpResponse:
    """400, one entry per parameter."""
    errors = [{"field": quote(bad.field), "value": quote(bad.value), "message": str(bad)} for bad in faults]
    return problem(400, _("Some of what you asked for could not be read."), errors=errors[:MOST_FAULTS])


def problem(status: int, title: str, **more: Any) -> HttpResponse:
    body = {"type": "about:blank", "title": title, "status": status, **more}
    return asked_every_time(JsonResponse(body, status=status, content_type=MEDIA_TYPE))


def asked_every_time(response: HttpResponse) -> HttpResponse:
    """What is seen depends on who asks, in which language, and when."""
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response
