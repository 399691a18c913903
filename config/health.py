"""Answers for whoever watches over the process: a container, a load balancer, a steward."""

from __future__ import annotations

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

import journal
from journal.keeper import SILENCE


@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers at all."""
    return HttpResponse("alive\n", content_type="text/plain")


@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """200 when the database answers and a worker was heard within a minute; else 503 and the reason."""
    try:
        heard = journal.last_heartbeat()
    except DatabaseError:
        return _not_ready("the database does not answer")
    if heard is None:
        return _not_ready("no worker has been heard yet")
    silence = timezone.now() - heard
    if silence > SILENCE:
        return _not_ready(f"no worker was heard for {silence.total_seconds():.0f} seconds")
    return HttpResponse("ready\n", content_type="text/plain")


def _not_ready(reason: str) -> HttpResponse:
    return HttpResponse(f"not ready: {reason}\n", status=503, content_type="text/plain")
