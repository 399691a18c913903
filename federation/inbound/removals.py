"""The stewards of a group elsewhere take words out of its talk, and put them back (FEP-1b12: the group announces that
it deletes). The words are their writer's, on their node; here they are hidden, since they stood in that talk. What is
not here yet is remembered for when it comes (`federation.awaited`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from federation import awaited, identity, moderation, types
from federation.inbound.verbs import Incoming, Refused, id_of, verb
from federation.models.moderation import LONGEST_REASON
from federation.reader import BadField, Reader
from frontend.text import plain

if TYPE_CHECKING:
    from collections.abc import Mapping


def speaks_for_its_talk(incoming: Incoming) -> bool:
    """Whether a group announces a Delete of its own, of what somebody else has said."""
    inner = incoming.inner or {}
    if inner.get("type") != "Delete" or id_of(inner.get("actor")) != incoming.actor.uri:
        return False
    return incoming.target is None or incoming.target.actor_id != incoming.actor.pk


def taken_out(incoming: Incoming, uri: str) -> str:
    """Only by the group in whose talk the words stand; empty where that cannot be said yet."""
    found = types.locate(uri)
    if found is None or found[1].withdrawn_at is not None:
        return ""
    group, missing = awaited.standing_of(*found)
    if missing:
        return ""
    if group is None or group.pk != incoming.actor.pk:
        raise Refused(f"object: {uri} does not stand in the talk of {incoming.actor.uri}")
    moderation.take_out(uri, incoming.actor, by=None, reason=_reason(incoming.inner or {}))
    return "taken out of the group's talk"


def remembered(incoming: Incoming, uri: str, *, welcome: bool) -> str:
    """Whether the words stand in that talk is looked at when they come. What strangers say is not kept."""
    if not welcome or incoming.actor.type != incoming.actor.Type.GROUP or identity.is_ours(uri):
        return "takes out what is not known here: not kept"
    uri = identity.fits("object", uri)
    awaited.remember(uri, incoming.actor, reason=_reason(incoming.inner or {}))
    return "takes out what is not here yet: remembered"


@verb("Announce", of="Undo")
def put_back(incoming: Incoming) -> str:
    undone = (incoming.inner or {}).get("object")
    if not isinstance(undone, dict) or undone.get("type") != "Delete":
        return "undoes nothing this node acted on"
    if id_of((incoming.inner or {}).get("actor")) != incoming.actor.uri:
        raise Refused("actor: only the group itself puts back what it took out")
    uri = id_of(undone.get("object"))
    # First what is remembered: where the words come at this moment, this waits for them.
    if uri is not None and awaited.forget(uri, incoming.actor):
        return "put back before it came"
    if uri is None or not moderation.put_back(uri, incoming.actor, by=None):
        return "nothing of theirs to undo"
    return "put back into the group's talk"


def _reason(inner: Mapping[str, Any]) -> str:
    try:
        return plain(Reader(inner).html("summary", LONGEST_REASON * 4), LONGEST_REASON)
    except BadField:
        return ""
