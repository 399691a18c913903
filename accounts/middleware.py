"""Pages in the language and time zone of the person who reads them."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from asgiref.sync import iscoroutinefunction
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation
from django.utils.decorators import sync_and_async_middleware

from accounts.models import User

log = logging.getLogger(__name__)


@sync_and_async_middleware
def PersonMiddleware(
    get_response: Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]],
) -> Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]:
    """Activates a signed-in person's language and time zone; visitors keep what LocaleMiddleware found.

    Stands after AuthenticationMiddleware and LocaleMiddleware. One query for a signed-in person, which the
    page needs anyway; none for a visitor without a session.
    """
    if iscoroutinefunction(get_response):

        async def serve(request: HttpRequest) -> HttpResponseBase:
            # The sync and the async way to the user remember apart: without this each page would ask twice.
            request.user = await request.auser()
            activate(request, request.user)
            return await get_response(request)
    else:

        def serve(request: HttpRequest) -> HttpResponseBase:
            activate(request, request.user)
            return get_response(request)

    return serve


def activate(request: HttpRequest, user: User | AnonymousUser) -> None:
    if not user.is_authenticated:
        timezone.deactivate()
        return
    translation.activate(user.language)
    request.LANGUAGE_CODE = user.language
    try:
        timezone.activate(ZoneInfo(user.time_zone))
    except (ZoneInfoNotFoundError, ValueError):
        log.warning("%s has the time zone %r, which this machine does not know", user, user.time_zone)
        timezone.deactivate()
