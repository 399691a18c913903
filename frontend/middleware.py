"""What every answer of this node says about keeping it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction

from frontend import keeping
from frontend.direction import without_turns

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase

GONE = 410
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class GoneForNowMiddleware:
    """Browsers and caches keep a 410 for ever unless told otherwise (RFC 9110 section 15.5.11), but what a steward has
    hidden may be seen again: each time it is asked for anew."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if iscoroutinefunction(self):
            return self._later(request)
        return _not_kept(self.get_response(request))

    async def _later(self, request: HttpRequest) -> HttpResponseBase:
        return _not_kept(await self.get_response(request))


def _not_kept(answer: HttpResponseBase) -> HttpResponseBase:
    if answer.status_code == GONE and "Cache-Control" not in answer:
        answer["Cache-Control"] = "no-cache"
    return answer


class KeptOfflineMiddleware:
    """Says of every page whether a browser may keep it, see `frontend.keeping`. Stands after PersonMiddleware, so that
    asking who it is costs no query here."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if iscoroutinefunction(self):
            return self._later(request)
        answer = self.get_response(request)
        keeping.mark(request, answer)
        return answer

    async def _later(self, request: HttpRequest) -> HttpResponseBase:
        answer = await self.get_response(request)
        keeping.mark(request, answer)
        return answer


class PicturesFromMiddleware:
    """Lets browsers take pictures from one host more on a page that says so, as `request.pictures_from`, and on no
    other. Its answer passes CSPMiddleware afterwards."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if iscoroutinefunction(self):
            return self._later(request)
        return _with_pictures(request, self.get_response(request))

    async def _later(self, request: HttpRequest) -> HttpResponseBase:
        return _with_pictures(request, await self.get_response(request))


def _with_pictures(request: HttpRequest, answer: HttpResponseBase) -> HttpResponseBase:
    host = getattr(request, "pictures_from", "")
    if host:
        answer._csp_update = {"img-src": [host]}  # type: ignore[attr-defined]  # as csp.decorators.csp_update does
    return answer


class StraightWordsMiddleware:
    """Takes characters that turn the reading direction around out of every form that is sent, before any view or form
    of any app reads it. Stands after CsrfViewMiddleware, which has read the form by then; views that are free of it
    read the bytes themselves."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, arguments: Any, named: Any) -> None:
        if request.method != "POST" or request.content_type not in FORMS or getattr(view, "csrf_exempt", False):
            return
        sent = request.POST
        if all(without_turns(word) == word for _name, words in sent.lists() for word in words):
            return
        straight = sent.copy()
        for name, words in sent.lists():
            straight.setlist(name, [without_turns(word) for word in words])
        straight._mutable = False
        request.POST = straight  # type: ignore[misc]
