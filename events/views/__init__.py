"""HTTP only: read the request, call an action or a query, show what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest

    from federation.models import Actor


def reader(request: HttpRequest) -> Actor | None:
    """The signed-in person's actor; None for a visitor, and not the lazy object around nobody."""
    return request.actor or None
