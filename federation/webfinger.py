"""WebFinger (RFC 7033): who is behind a name or an address of this node, for programs anywhere, also in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.views.decorators.http import require_safe

from federation import actors, limits
from federation.models import Actor, Publication
from federation.negotiation import ACTIVITY

JRD = "application/jrd+json"
PROFILE_PAGE = "http://webfinger.net/rel/profile-page"

_ACCT = re.compile(r"acct:@?([A-Za-z0-9_.-]{1,64})@([A-Za-z0-9.:\[\]-]{1,255})")
_URI = re.compile(r"(?!acct:)[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"\\^`{|}]+|acct:[^\s@]+@[^\s@]+|acct:@[^\s@]+@[^\s@]+")
LONGEST = 2_048  # characters


def for_all_origins(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Whatever is answered, a script on any page may read it (RFC 7033 section 5)."""

    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        response = view(request)
        response["Access-Control-Allow-Origin"] = "*"
        return response

    return answer


@for_all_origins
@require_safe
@limits.per_address("READS_PER_ADDRESS")
def webfinger(request: HttpRequest) -> HttpResponse:
    """Of acct: and https: resources of actors here, and of the node itself by its bare address (FEP-d556).

    A node with https answers by nothing else: who asks in the open is sent there.
    """
    if settings.ORIGIN.startswith("https:") and not request.is_secure():
        return HttpResponseRedirect(f"{settings.ORIGIN}{request.get_full_path()}")
    named = request.GET.getlist("resource")
    resource = named[0] if named else ""
    if len(set(named)) != 1 or not _URI.fullmatch(resource) or not resource.isprintable() or len(resource) > LONGEST:
        got = " and ".join(f"{each[:100]!r}" for each in named[:3]) or "nothing"
        return _refused(f"resource: expected one URI such as acct:name@host or an address of this node, got {got}", 400)
    actor = _named(resource)
    if actor is None:
        return _refused(f"resource: nobody here is {resource[:100]!r}", 404)
    return JsonResponse(_described(actor, request.GET.getlist("rel")), content_type=JRD)


def _refused(text: str, status: int) -> HttpResponse:
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")


def _described(actor: Actor, wanted: list[str]) -> dict[str, Any]:
    """A JSON resource descriptor with the wanted links; with all of them when none is named."""
    links = [
        {"rel": "self", "type": ACTIVITY, "href": actor.uri},
        {"rel": PROFILE_PAGE, "type": "text/html", "href": actor.uri},
    ]
    return {
        "subject": f"acct:{actor.handle}@{urlsplit(settings.ORIGIN).netloc}",
        "aliases": [actor.uri],
        "links": [link for link in links if not wanted or link["rel"] in wanted],
    }


def _named(resource: str) -> Actor | None:
    withdrawn = Publication.objects.filter(uri=OuterRef("uri"), tombstone=True)
    ours = Actor.objects.filter(~Exists(withdrawn), node__isnull=True, gone_at__isnull=True)
    named = _ACCT.fullmatch(resource)
    if named:
        same_host = named[2].lower() == urlsplit(settings.ORIGIN).netloc.lower()
        return ours.filter(handle__iexact=named[1]).first() if same_host else None
    if resource.rstrip("/") == settings.ORIGIN:
        return actors.this_node().actor
    return ours.filter(uri=resource).first()
