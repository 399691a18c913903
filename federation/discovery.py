"""Who speaks for a node, what it is called, and where its catalogue is (FEP-2677, NodeInfo)."""

from __future__ import annotations

from typing import Any

from federation import actors, identity
from federation.bounded import BadDocument
from federation.fetching import get_document, get_json_object
from federation.guard import FetchRefused
from federation.http import PLAIN_JSON, FetchFailed
from federation.models import Actor, Node
from federation.outbound.signing import fetch_signer
from federation.reader import BadField, Reader

Json = dict[str, Any]

APPLICATION = "https://www.w3.org/ns/activitystreams#Application"
LONGEST_CONTACT, LONGEST_REPORTS = 254, 1000  # characters
NODEINFO_RELS = ("http://nodeinfo.diaspora.software/ns/schema/2.1", "http://nodeinfo.diaspora.software/ns/schema/2.0")


def read_node(node: Node) -> Actor:
    """Fetch a node's own actor and remember its name and addresses. Makes two or three requests; never in a request
    of ours or a transaction. Raises as `fetching.get_document`."""
    links = _links(get_json_object(f"{node.origin}/.well-known/nodeinfo", accept=PLAIN_JSON))
    uri = links.get(APPLICATION, f"{node.origin}/actor")
    if identity.origin_of(uri) != node.origin:
        raise BadField("href", uri, f"an address on {node.origin}")
    doc = get_document(uri, fetch_signer())
    actor = actors.read(doc, node)
    if actor.type != Actor.Type.APPLICATION:
        raise BadField("type", actor.type, Actor.Type.APPLICATION)
    Node.objects.filter(pk=node.pk).update(
        actor=actor,
        name=actor.name[:200],
        contact=_words(doc, "contact", LONGEST_CONTACT).replace("\n", " "),
        reports=_words(doc, "reportHandling", LONGEST_REPORTS),
        software=_software(links, node),
        catalogue_url=_own(doc.get("catalogue"), node),
        digest_url=_own(doc.get("digest"), node),
        neighbours_url=_own(doc.get("peers"), node),
    )
    node.refresh_from_db()
    return actor


def _words(doc: Json, name: str, most: int) -> str:
    """Plain words for our stewards; whatever else stands there is left out, as nothing depends on it."""
    try:
        return Reader(doc).text(name, most, lines=True)
    except BadField:
        return ""


def _links(doc: Json) -> dict[str, str]:
    links = doc.get("links")
    pairs = [
        (link.get("rel"), link.get("href"))
        for link in (links if isinstance(links, list) else [])
        if isinstance(link, dict)
    ]
    return {rel: href for rel, href in pairs if isinstance(rel, str) and isinstance(href, str)}


def _software(links: dict[str, str], node: Node) -> str:
    """The program and its version, for the desk only: what a node can do is never concluded from it."""
    address = next((links[rel] for rel in NODEINFO_RELS if rel in links), "")
    if not _own(address, node):
        return ""
    try:
        software = get_json_object(address, accept=PLAIN_JSON).get("software")
    except (FetchRefused, FetchFailed, BadDocument, BadField):
        return ""
    if not isinstance(software, dict):
        return ""
    return f"{software.get('name', '')} {software.get('version', '')}".strip()[:100]


def _own(address: Any, node: Node) -> str:
    try:
        same = isinstance(address, str) and identity.origin_of(address) == node.origin and len(address) <= 500
    except ValueError:
        return ""
    return address if same else ""
