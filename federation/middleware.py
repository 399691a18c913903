"""Who is asking: `request.actor` is the signed-in person's actor, read when needed, or None for a visitor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.utils.functional import SimpleLazyObject

from federation import actors

if TYPE_CHECKING:
    from django.http import HttpRequest


class ActorMiddleware:
    """Async-capable: it only hangs a value on the request. A visitor's is None itself, never a lazy stand-in,
    which would not be `is None`. Stands after PersonMiddleware, so that asking who it is costs no query here.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        user = request.user
        request.actor = SimpleLazyObject(lambda: _reader(user)) if user.is_authenticated else None  # type: ignore[attr-defined]
        return self.get_response(request)


def _reader(user: Any) -> Any:
    """The person's actor, which remembers for this request what it may read."""
    actor = actors.for_user(user)
    actor.audiences_read = None
    return actor
