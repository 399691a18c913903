"""A URL is the thing: its page for people, its ActivityStreams document for programs (blueprint 4.3)."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse

from federation import actors, audiences, kept_out, restrictions, types
from federation.documents import CONTEXT, with_counters
from federation.inbound.authenticate import authenticate
from federation.models import Actor, Node, Publication
from federation.signatures import SignatureRefused

ACTIVITY = "application/activity+json"
LD = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
_WANTED = frozenset({"application/activity+json", "application/ld+json", "application/json"})
_PAGE = frozenset({"text/html", "application/xhtml+xml", "text/*", "*/*"})


def wants_activity(request: HttpRequest) -> bool:
    """Whether the asker prefers a document to a page. Browsers ask for text/html first; programs name our types.

    Parameters do not count: ActivityPub section 3.2 asks for ld+json with its profile, some add a charset.
    """
    for accepted in request.accepted_types:  # the most wanted first
        name = f"{accepted.main_type}/{accepted.sub_type}"
        if name in _WANTED or name in _PAGE:
            return name in _WANTED
    return False


def as_activity(doc: dict[str, Any], *, status: int = 200) -> HttpResponse:
    response = JsonResponse(doc, status=status, content_type=ACTIVITY, json_dumps_params={"ensure_ascii": False})
    response["Vary"] = "Accept, Accept-Language, Cookie"
    return response


def document_response(request: HttpRequest, row: Any) -> HttpResponse:
    """A row's document: ours in full, theirs at its own address. Raises Http404 where the asker may not read it.

    What is for one group is given only to a server that hosts a member and signs its request (blueprint 4.10).
    """
    if not row.is_ours:
        return HttpResponseRedirect(row.uri)
    if refused := kept_out.turned_away(kept_out.claimed_node(request)):
        return refused
    found = types.locate(row.uri)
    if found is None or (row.audience != audiences.PUBLIC and not hosts_a_reader(request, row.audience)):
        raise Http404
    return _as_told(found[0], row)


def _as_told(type_: types.FederatedType, row: Any) -> HttpResponse:
    """The document of a row of ours as other nodes may have it; 410 where a steward has taken it from them, 404 where
    they never had it. Raises Http404."""
    if type_.is_actor and restrictions.is_suspended(row.actor):
        return as_activity(type_.document(type_.silence(row)))
    if restrictions.is_off_the_network(row):
        if not Publication.objects.filter(uri=row.uri, tombstone=True).exists():
            raise Http404
        return as_activity({"@context": CONTEXT, **_tombstone(type_, row)}, status=410)
    return as_activity(_as_published(type_, row))


def _tombstone(type_: types.FederatedType, row: Any) -> dict[str, Any]:
    """As it went out: what is erased long after it was taken off the network ends only once, and whoever comes for it
    holds the same as those who were told."""
    told = Publication.objects.filter(uri=row.uri, tombstone=True).values_list("document", flat=True).first()
    return json.loads(told) if told else type_.tombstone(row)


def kept_from_readers(request: HttpRequest) -> HttpResponse | None:
    """What a program finds at the address of a public thing of ours that stewards keep from everybody; else None."""
    found = types.locate(f"{settings.ORIGIN}{request.path}") if wants_activity(request) else None
    if found is None or not found[1].is_ours or found[1].withdrawn_at is not None:
        return None
    type_, row = found
    if row.audience != audiences.PUBLIC:
        return None
    silenced = type_.is_actor and restrictions.is_suspended(row.actor)
    return _as_told(type_, row) if silenced or restrictions.is_off_the_network(row) else None


def _as_published(type_: types.FederatedType, row: Any) -> dict[str, Any]:
    """The words of this version as they went out, with counters of now: however this program would put them today, a
    version says the same to everybody. What changed a moment ago and is still to go out stands as it is."""
    doc = type_.document(row)
    last = Publication.objects.filter(uri=row.uri, version=row.version, tombstone=False).first()
    if last is None:
        return doc
    said: dict[str, Any] = with_counters(json.loads(last.document), doc)
    return said


def copy_for_members(request: HttpRequest) -> HttpResponse | None:
    """The document at this address, or its tombstone, where it is for one group and the node of a member asks.

    None for everybody else, and they are to be told the same as of what never was.
    """
    if not wants_activity(request) or "Signature" not in request.headers:
        return None
    found = types.locate(f"{settings.ORIGIN}{request.path}")
    if found is None or not found[1].is_ours or not hosts_a_reader(request, found[1].audience):
        return None
    type_, row = found
    if row.withdrawn_at is not None:
        return as_activity({"@context": CONTEXT, **_tombstone(type_, row)}, status=410)
    return _as_told(type_, row)


def gone_document(row: Any) -> HttpResponse:
    """The tombstone of a withdrawn row: ours with 410, theirs at its own address. Raises Http404 where nobody outside
    could ever read it.

    An actor's keys stay on its tombstone: what it has said may reach others only now.
    """
    if not row.is_ours:
        return HttpResponseRedirect(row.uri)
    found = types.locate(row.uri)
    if found is None or row.audience != audiences.PUBLIC:
        raise Http404
    type_, held = found
    keys = actors.public_keys(held.actor) if type_.is_actor and held.actor.rsa_public else {}
    return as_activity({"@context": CONTEXT, **_tombstone(type_, held), **keys}, status=410)


def hosts_a_reader(request: HttpRequest, audience: str) -> bool:
    """Whether a server asks, and signs for it, on which somebody belongs to the audience."""
    if audience == audiences.this_node():
        return False
    try:
        signer, _ = authenticate(request, request.body)
    except SignatureRefused:
        return False
    node = signer.node
    if node is None or node.peering != Node.Peering.FULL or node.blocked_at is not None:
        return False
    return Actor.objects.filter(audience_keys__audience=audience, node=node).exists()
