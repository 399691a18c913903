"""Read: somebody elsewhere who can answer has opened what one of ours sent."""

from __future__ import annotations

from federation import identity, seeing
from federation.inbound import flags
from federation.inbound.verbs import Incoming, Refused, verb
from federation.models import Flag


@verb("Read")
def read(incoming: Incoming) -> str:
    """Only from whom it was for, or from their node, and about an activity of ours."""
    obj = incoming.activity.get("object")
    uri = obj.get("id") if isinstance(obj, dict) else obj
    if not isinstance(uri, str) or not identity.is_ours(uri):
        raise Refused("object: expected the address of an activity of ours")
    if Flag.objects.filter(uri=uri).exists():
        return flags.seen(uri, incoming.actor)
    try:
        return seeing.told_seen(uri, incoming.actor)
    except ValueError as bad:
        raise Refused(f"object: {bad}") from bad
