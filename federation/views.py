"""The pages programs read: NodeInfo, the node's own actor, single activities, digest and catalogue."""

from __future__ import annotations

import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from federation import actors, catalogue, describing, digest, identity, introductions, kept_out, limits, returning
from federation.documents import BUCKETS
from federation.models import Activity, Actor, Node, Publication
from federation.negotiation import ACTIVITY, as_activity, wants_activity
from federation.outbound import say
from federation.restrictions import of_blocked_nodes

VERSION = "0.1.0"
_BUCKETS = re.compile(r"[0-9]{1,3}(,[0-9]{1,3}){0,63}")
APPLICATION = "https://www.w3.org/ns/activitystreams#Application"


def _plain(text: str, status: int) -> HttpResponse:
    response = HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")
    response["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
def nodeinfo_links(request: HttpRequest) -> HttpResponse:
    """NodeInfo discovery, and the node's own actor (FEP-2677)."""
    base = "http://nodeinfo.diaspora.software/ns/schema"
    links = [
        {"rel": f"{base}/{version}", "href": f"{settings.ORIGIN}/nodeinfo/{version}"} for version in ("2.1", "2.0")
    ]
    return JsonResponse({"links": [*links, {"rel": APPLICATION, "href": actors.this_node().actor.uri}]})


@require_safe
def nodeinfo(request: HttpRequest, version: str) -> HttpResponse:
    """NodeInfo 2.0 and 2.1. People are counted roughly: members of a small node are not to be guessed at."""
    node = actors.this_node()
    software = {"name": "flotilla", "version": VERSION}
    if version == "2.1":
        software["homepage"] = settings.ORIGIN
    people = Actor.objects.filter(node__isnull=True, type=Actor.Type.PERSON).count()
    body = {
        "version": version,
        "software": software,
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": []},
        "openRegistrations": False,
        "usage": {
            "users": {"total": people},
            "localPosts": Publication.objects.filter(public=True, tombstone=False).count(),
        },
        "metadata": {"nodeName": node.name, "nodeDescription": node.summary},
    }
    schema = f"http://nodeinfo.diaspora.software/ns/schema/{version}#"
    return JsonResponse(body, content_type=f'application/json; profile="{schema}"')


@require_safe
def node_actor(request: HttpRequest) -> HttpResponse:
    """The node's own actor; a browser is sent to the front door."""
    if not wants_activity(request):
        return HttpResponseRedirect("/")
    return as_activity(describing.document(actors.this_node()))


@require_safe
def activity(request: HttpRequest, public_id: str) -> HttpResponse:
    """One public activity, as its bytes were frozen."""
    shown = Activity.objects.filter(~of_blocked_nodes("object_uri"), public=True)
    found = shown.filter(uri=f"{settings.ORIGIN}/activities/{public_id}").first()
    if found is None:
        return _plain("no such activity here", 404)
    return HttpResponse(found.body, content_type=ACTIVITY)


@require_safe
@limits.per_address("DIGESTS_PER_ADDRESS")
def metro_digest(request: HttpRequest) -> HttpResponse:
    """`GET /metro/digest?origin=https://node`: what this node publishes (by default) or holds of another; 304 for who
    holds the same and says so in `If-None-Match`. With `?buckets=3,17`, what it publishes there, object by object.
    A neighbour that signs is told how much is `queued` for it: it need not ask for what is about to come."""
    node = kept_out.claimed_node(request)
    if refused := kept_out.turned_away(node):
        return refused
    neighbour = returning.neighbour_asking(request, node)
    if "buckets" in request.GET:
        return _listing(request.GET["buckets"])
    asked = request.GET.get("origin", settings.ORIGIN)
    try:
        origin = identity.origin_of(asked)
    except ValueError as bad:
        return _plain(f"origin: {bad}", 400)
    return _digest_of(origin, request, neighbour)


def _digest_of(origin: str, request: HttpRequest, neighbour: Node | None) -> HttpResponse:
    # A neighbour is told how it stands this very moment, since it acts on it; anybody else, at most a second ago.
    is_ours = origin == settings.ORIGIN
    end = catalogue.last_position() if neighbour and is_ours else 0  # before counting: what comes now is not compared
    found = digest.of_origin(origin) if neighbour else digest.lately_of(origin)
    etag = digest.etag(found)
    more = {"queued": say.queued_for(neighbour)} if neighbour else {}
    response = get_conditional_response(request, etag=etag, response=JsonResponse(found | more))
    assert response is not None  # it is the one we gave, or a 304
    if neighbour and is_ours and response.status_code == 304:
        catalogue.holds_all(neighbour, end)
    response["ETag"], response["Cache-Control"] = etag, "private, no-cache"
    return response


def _listing(asked: str) -> HttpResponse:
    if not _BUCKETS.fullmatch(asked) or any(int(number) >= BUCKETS for number in asked.split(",")):
        return _plain(f"buckets: expected up to 64 numbers from 0 to {BUCKETS - 1}, got {asked[:100]!r}", 400)
    response = JsonResponse(digest.listing(map(int, asked.split(","))))
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
@limits.per_address("READS_PER_ADDRESS")
def metro_neighbours(request: HttpRequest) -> HttpResponse:
    """`GET /metro/neighbours`: the nodes this one shares its view with."""
    return kept_out.turned_away(kept_out.claimed_node(request)) or as_activity(introductions.told())


@require_safe
@limits.per_address("READS_PER_ADDRESS")
def metro_catalogue(request: HttpRequest) -> HttpResponse:
    """`GET /metro/catalogue?after=N`: public objects and tombstones in the order of a stable cursor; with
    `?id=/needs/one&id=/needs/another` those at these paths."""
    node = kept_out.claimed_node(request)
    if refused := kept_out.turned_away(node):
        return refused
    if "id" in request.GET:
        return as_activity(catalogue.some(request.GET.getlist("id")))
    after = request.GET.get("after", "0")
    if not re.fullmatch("[0-9]{1,18}", after):
        return _plain(f"after: expected a whole number, 0 or more, got {after[:30]!r}", 400)
    page = catalogue.page(int(after))
    neighbour = returning.neighbour_asking(request, node)
    if neighbour is not None:
        catalogue.given(neighbour, int(after), page)
    return as_activity(page)
