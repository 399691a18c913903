"""What this node says of itself."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from federation import actors
from federation.documents import CONTEXT
from federation.models import Actor, ThisNode
from journal import record

RFC_9421 = {"href": "https://datatracker.ietf.org/doc/html/rfc9421", "name": "RFC-9421: HTTP Message Signatures"}

NAME = "federation:name-of-this-node"
NAME_SECONDS = 60
"""How long another process may go on showing an earlier name when there is no shared cache."""


def name_of_this_node() -> str:
    """The name its stewards gave it, or nothing; every page asks."""
    name = cache.get(NAME)
    if name is None:
        name = ThisNode.objects.values_list("name", flat=True).first() or ""
        cache.set(NAME, name, NAME_SECONDS)
    return str(name)


def describe_this_node(*, by: str = "", **fields: str | bool) -> ThisNode:
    """Set the node's name, summary, area, contact address or how it handles reports; neighbours read it with the
    node's actor."""
    node = actors.this_node()
    with transaction.atomic():
        ThisNode.objects.filter(pk=node.pk).update(**fields)
        if "name" in fields:
            Actor.objects.filter(pk=node.actor_id).update(name=fields["name"])
        record("node.described", node.actor.uri, actor=by)
        transaction.on_commit(lambda: cache.delete(NAME))
    node.refresh_from_db()
    return node


def document(node: ThisNode) -> dict[str, Any]:
    """What this node says of itself; neighbours read it again when it changed."""
    told = {"contact": node.contact, "reportHandling": node.reports}
    return {
        "@context": CONTEXT,
        "id": node.actor.uri,
        "type": "Application",
        "name": node.name,
        "summary": node.summary,
        "url": f"{settings.ORIGIN}/",
        **actors.properties(node.actor),
        **{name: words for name, words in told.items() if words},
        "manuallyApprovesFollowers": True,
        "catalogue": f"{settings.ORIGIN}/metro/catalogue",
        "digest": f"{settings.ORIGIN}/metro/digest",
        "peers": f"{settings.ORIGIN}/metro/neighbours",
        "generator": {"type": "Application", "implements": [RFC_9421]},
    }
