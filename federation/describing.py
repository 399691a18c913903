"""What this node says of itself."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from federation import actors
from federation.documents import CONTEXT
from federation.models import Actor, ThisNode
from journal import record

RFC_9421 = {"href": "https://datatracker.ietf.org/doc/html/rfc9421", "name": "RFC-9421: HTTP Message Signatures"}

TOLD = "federation:told-of-this-node"
TOLD_SECONDS = 60
"""How long another process may go on showing what stood there before when there is no shared cache."""


class Told(NamedTuple):
    """What pages show of it: its name, and the streets that its maps lie on."""

    name: str = ""
    tiles: str = ""
    tiles_credit: str = ""


def told_of_this_node() -> Told:
    """What its stewards have said; every page asks."""
    told = cache.get(TOLD)
    if told is None:
        told = tuple(ThisNode.objects.values_list(*Told._fields).first() or ())
        cache.set(TOLD, told, TOLD_SECONDS)
    return Told(*told)


def name_of_this_node() -> str:
    """The name its stewards gave it, or nothing."""
    return told_of_this_node().name


def describe_this_node(*, by: str = "", **fields: str | bool) -> ThisNode:
    """Set the node's name, summary, area, contact address or how it handles reports, which neighbours read with the
    node's actor; or what stewards choose for its own pages."""
    node = actors.this_node()
    with transaction.atomic():
        ThisNode.objects.filter(pk=node.pk).update(**fields)
        if "name" in fields:
            Actor.objects.filter(pk=node.actor_id).update(name=fields["name"])
        record("node.described", node.actor.uri, actor=by)
        transaction.on_commit(lambda: cache.delete(TOLD))
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
