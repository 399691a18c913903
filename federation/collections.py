"""Outbox, followers and following of every actor of ours, as paged OrderedCollections (ActivityPub 5)."""

from __future__ import annotations

import json
import re
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from federation.documents import CONTEXT, PROOF_CONTEXT
from federation.models import Activity, Actor, Following
from federation.negotiation import as_activity
from federation.restrictions import of_blocked_nodes

PAGE = 50


@require_safe
def outbox(request: HttpRequest, **_which: str) -> HttpResponse:
    """The public activities of an actor, newest first."""
    actor = actor_at(request, "/outbox")
    rows = Activity.objects.filter(~of_blocked_nodes("object_uri"), actor=actor, public=True).order_by("-id")
    return _collection(request, rows, lambda row: _without_context(json.loads(row.body)))


@require_safe
def followers(request: HttpRequest, **_which: str) -> HttpResponse:
    """Who follows an actor elsewhere. People are counted, not named: who follows whom is theirs to tell."""
    actor = actor_at(request, "/followers")
    rows = Following.objects.filter(followed=actor, state=Following.State.ACCEPTED).order_by("-id")
    return _counted(request, rows)


@require_safe
def following(request: HttpRequest, **_which: str) -> HttpResponse:
    actor = actor_at(request, "/following")
    return _counted(request, Following.objects.filter(follower=actor, state=Following.State.ACCEPTED))


def actor_at(request: HttpRequest, suffix: str) -> Actor:
    """The actor of ours whose collection is asked for, by the address itself. Raises Http404."""
    uri = settings.ORIGIN + request.path.removesuffix(suffix)
    actor = Actor.objects.filter(uri=uri, node__isnull=True, gone_at__isnull=True).first()
    if actor is None:
        raise Http404
    return actor


def _counted(request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse:
    return as_activity(
        {"@context": CONTEXT, "id": _address(request), "type": "OrderedCollection", "totalItems": rows.count()}
    )


def _collection(request: HttpRequest, rows: QuerySet[Any], shape: Any) -> HttpResponse:
    address, pages = _address(request), Paginator(rows, PAGE)
    number = request.GET.get("page")
    if number is None:
        answer = {"id": address, "type": "OrderedCollection", "totalItems": pages.count, "first": f"{address}?page=1"}
        return as_activity({"@context": CONTEXT, **answer})
    if not re.fullmatch("[0-9]{1,9}", number) or not 1 <= int(number) <= pages.num_pages:
        return HttpResponse(
            f"page: expected a whole number from 1 to {pages.num_pages}, got {number[:20]!r}\n",
            status=404,
            content_type="text/plain; charset=utf-8",
        )
    current = pages.page(int(number))
    answer = {
        "id": f"{address}?page={number}",
        "type": "OrderedCollectionPage",
        "partOf": address,
        "totalItems": pages.count,
        "orderedItems": [shape(row) for row in current],
    }
    if current.has_next():
        answer["next"] = f"{address}?page={current.next_page_number()}"
    if current.has_previous():
        answer["prev"] = f"{address}?page={current.previous_page_number()}"
    return as_activity({"@context": PROOF_CONTEXT, **answer})


def _address(request: HttpRequest) -> str:
    return f"{settings.ORIGIN}{request.path}"


def _without_context(activity: dict[str, Any]) -> dict[str, Any]:
    activity.pop("@context", None)
    return activity
