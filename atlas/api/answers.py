"""How the API answers and refuses: JSON that can be kept and compared, problems in problem+json."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import TooManyFieldsSent
from django.db import OperationalError
from django.http import Http404, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.throttling import BaseThrottle

from atlas.api.asking import Unreadable
from atlas.api.reading import from_elsewhere
from atlas.problems import problem, unreadable
from federation import limits
from frontend.views import BUSY_SECONDS

if TYPE_CHECKING:
    from django.http import HttpRequest

LIMIT = "API_READS_PER_ADDRESS"


class WhoeverThePagesKnow(BaseAuthentication):  # type: ignore[misc]  # Django REST framework has no types
    """A person who is signed in on the pages is so here. No token is asked for: nothing can be changed here."""

    def authenticate(self, request: Any) -> tuple[Any, None]:
        return request._request.user, None


class AlwaysJson(BaseContentNegotiation):  # type: ignore[misc]
    """There is one form, so whatever a program says it prefers, it is given that one (RFC 9110 section 12.5.1)."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        return next(iter(parsers), None)

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> tuple[Any, str]:
        return renderers[0], renderers[0].media_type


class PerAddress(BaseThrottle):  # type: ignore[misc]
    def allow_request(self, request: HttpRequest, view: Any) -> bool:
        return limits.may_ask(request, LIMIT)

    def wait(self) -> int:
        return limits.MINUTE


def kept(request: HttpRequest, said: Any, media_type: str = "application/json") -> HttpResponse:
    """The answer with its ETag; 304 for who has it already. It may be kept, and is asked for anew each time: what
    stewards hide is hidden at once. What a person sees is kept for nobody else."""
    content = said if isinstance(said, bytes) else JSONRenderer().render(said)
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    whole = HttpResponse(content, content_type=media_type)
    answer = get_conditional_response(request, etag=etag, response=whole) or whole
    answer["ETag"] = etag
    answer["Cache-Control"] = f"{'public' if _is_a_stranger(request) else 'private'}, no-cache"
    patch_vary_headers(answer, ["Cookie", "Origin"])
    return answer


def _is_a_stranger(request: HttpRequest) -> bool:
    return from_elsewhere(request) or not request.user.is_authenticated


def refused(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Whatever stood in the way, as a problem; None for what is a fault of ours."""
    if isinstance(error, Unreadable):
        return unreadable(error.faults)
    if isinstance(error, (Http404, exceptions.NotFound)):
        return problem(404, _("There is nothing here that you can see."))
    if isinstance(error, exceptions.MethodNotAllowed):
        return problem(405, _("Here you can only read: ask with GET or HEAD."))
    if isinstance(error, exceptions.Throttled):
        most = getattr(limits, LIMIT)
        return _later(429, _("You have asked more than %(most)s times in a minute.") % {"most": most}, limits.MINUTE)
    if isinstance(error, OperationalError):
        return _later(
            503, _("This node has too much to do at the moment. Nothing is wrong with your question."), BUSY_SECONDS
        )
    if isinstance(error, TooManyFieldsSent):
        most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
        return problem(400, _("Too much was asked for at once: up to %(most)s parameters are read.") % {"most": most})
    return None


def _later(status: int, title: str, seconds: int) -> HttpResponse:
    answer = problem(status, title)
    answer["Retry-After"] = str(seconds)
    return answer
