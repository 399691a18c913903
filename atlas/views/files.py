"""Answers that are files, not pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.utils.cache import patch_vary_headers

from atlas.calendars import MEDIA_TYPE

if TYPE_CHECKING:
    from atlas.filters import CardFilter


def calendar_file(content: bytes, name: str) -> HttpResponse:
    """`name`.ics, in the reader's language and with what they may see."""
    response = HttpResponse(content, content_type=MEDIA_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response


def unreadable(filters: CardFilter) -> HttpResponse:
    """400, a line for each filter that cannot be read: a program must not take the whole list for what it asked."""
    lines = [f"{name}: {message}" for name, errors in filters.form.errors.items() for message in errors]
    return HttpResponse("\n".join(lines), status=400, content_type="text/plain; charset=utf-8")
