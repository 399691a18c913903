"""A page and the part of it that fetches itself again share one address and one view."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest


def is_for(request: HttpRequest, element_id: str) -> bool:
    """Whether htmx asks for this element alone."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Target") == element_id
