"""Create, Update, Delete and Announce: things of theirs come, change and go."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from federation import audiences, identity, peering, types
from federation.inbound import endorsements, removals
from federation.inbound.objects import bury, take
from federation.inbound.verbs import Incoming, Refused, verb
from federation.models import Actor, AudienceKey, Document, Endorsement, Following, Node
from federation.reader import BadField, Reader
from journal import errand, record

Json = dict[str, Any]


@verb("Create")
@verb("Update")
def arrive(incoming: Incoming) -> str:
    """An embedded object is believed only on its sender's own server; of others we ask the origin (FEP-fe34)."""
    obj = incoming.activity.get("object")
    if isinstance(obj, str):
        return ask_for(obj) if is_welcome(incoming) else "not from anybody we listen to: not asked for"
    if not isinstance(obj, dict) or not isinstance(obj.get("id"), str):
        raise Refused("object: expected an object with an id, or its address")
    uri = obj["id"]
    if identity.is_ours(uri):
        raise Refused(f"object: {uri} is on this node and cannot be written from outside")
    here = identity.origin_of(uri) == incoming.node.origin
    asked_for = is_welcome(incoming) or _is_shown_here(uri, incoming.node)
    if not asked_for and not (here and _is_invited(obj, incoming.actor)):
        return "not from a neighbour, nor from anybody followed here: not kept"
    if not here:
        return ask_for(uri)
    if uri == incoming.actor.uri and incoming.node.actor_id == incoming.actor.pk:
        return peering.described_by(incoming.node)
    if obj.get("type") in Actor.Type.values and uri != incoming.actor.uri:
        return ask_for(uri)  # a moderator changed their group (FEP-1b12); only the group speaks for itself
    inherited = {key: incoming.activity[key] for key in ("to", "cc") if key in incoming.activity and key not in obj}
    doc = _of_whoever_made_it(incoming, obj) | inherited
    return take(doc, incoming.node, speaker=incoming.actor, unasked=not asked_for)


def _of_whoever_made_it(incoming: Incoming, obj: Json) -> Json:
    """Whoever creates a thing that names nobody is whom it is attributed to (ActivityPub section 6.2).

    An actor speaks for itself and stays as it was sent: with a word more, no digest of its node would agree with ours.
    """
    if incoming.activity["type"] != "Create" or obj.get("attributedTo") or obj.get("actor"):
        return obj
    if obj.get("type") in Actor.Type.values:
        return obj
    return obj | {"attributedTo": incoming.actor.uri}


@verb("Delete")
def depart(incoming: Incoming) -> str:
    """Only on the sender's own server, and only by the owner; `bury` checks the latter where we hold the thing."""
    obj = incoming.activity.get("object")
    uri = obj.get("id") if isinstance(obj, dict) else obj
    if not isinstance(uri, str):
        raise Refused("object: expected an address or a Tombstone with an id")
    if identity.is_ours(uri) or identity.origin_of(uri) != incoming.node.origin:
        raise Refused(f"object: {uri} is not on {incoming.node.origin}")
    content = obj if isinstance(obj, dict) else {"id": uri, "type": "Note"}
    if uri == incoming.actor.uri:
        Actor.objects.filter(pk=incoming.actor.pk).update(gone_at=timezone.now())
        Following.objects.filter(follower=incoming.actor).delete()
        Endorsement.objects.filter(actor=incoming.actor).delete()
        record("actor.gone", uri, actor=uri, origin="peer")
    if not is_welcome(incoming) and not Document.objects.filter(uri=uri).exists():
        return "nothing of theirs here"
    outcome = bury(uri, incoming.node, content=content, speaker=incoming.actor, carried_by=incoming.activity)
    if not Document.objects.filter(uri=uri, tombstone=True).exists():
        ask_for(uri)  # older than what we hold: late, or from a node that was set back to an earlier copy of itself
    return outcome


@verb("Announce")
@verb("Announce", of="Create")
@verb("Announce", of="Update")
@verb("Announce", of="Delete")
def pass_on(incoming: Incoming) -> str:
    """A group or topic passes something on (FEP-1b12). Only those somebody here follows or is in are listened to, and
    what they pass on is believed where its own doer vouches for it in a proof; else its own server is asked."""
    obj = incoming.inner.get("object") if incoming.inner else incoming.activity.get("object")
    uri = obj.get("id") if isinstance(obj, dict) else obj
    if not isinstance(uri, str):
        raise Refused("object: expected an address")
    if removals.speaks_for_its_talk(incoming):
        return removals.taken_out(incoming, uri) or removals.remembered(incoming, uri, welcome=is_welcome(incoming))
    if identity.is_ours(uri):
        return endorsements.count(incoming, uri, Endorsement.Kind.ANNOUNCE)
    if not is_welcome(incoming):
        return "passed on by somebody nobody here follows"
    if incoming.vouched is not None and incoming.inner is not None:
        return _as_said(incoming.inner, incoming.vouched, passed_on_by=incoming.actor)
    if incoming.inner is None and Document.objects.filter(uri=uri, state=Document.State.READ).exists():
        return "passed on something known already"
    return ask_for(uri)


def _as_said(activity: Json, doer: Actor, *, passed_on_by: Actor) -> str:
    """As if whoever did it had sent it to us themself: of things on their own server, and of nothing else."""
    obj, node = activity.get("object"), doer.node
    uri = obj.get("id") if isinstance(obj, dict) else obj
    if node is None or not isinstance(uri, str) or not identity.is_at(uri, node.origin):
        raise Refused(f"object: expected a thing on the server of {doer.uri}")
    if activity.get("type") == "Delete":
        content = obj if isinstance(obj, dict) else {"id": uri, "type": "Note"}
        return bury(uri, node, content=content, speaker=doer, carried_by=activity)
    if not isinstance(obj, dict) or obj.get("type") in Actor.Type.values:
        return ask_for(uri)
    return take(obj, node, speaker=doer, passed_on_by=passed_on_by)


def is_welcome(incoming: Incoming) -> bool:
    """Things are taken in from neighbours (also while an agreement is being made), from whoever somebody here follows,
    and, for members only, from the groups our people are in. What strangers push at us is not kept."""
    open_states = (*Node.SHARING, Node.Peering.INVITED)
    if incoming.node.peering in open_states:
        return True
    followed = Following.objects.filter(followed=incoming.actor, follower__node__isnull=True)
    if followed.filter(state=Following.State.ACCEPTED).exists():
        return True
    readers = AudienceKey.objects.filter(audience=audiences.of_group(incoming.actor.uri), actor__node__isnull=True)
    return readers.exists()


def _is_shown_here(uri: str, node: Node) -> bool:
    """Whether a copy of it stands here, whatever was agreed then and has ended since: an edit must reach it too."""
    return Document.objects.filter(uri=uri, node=node, state=Document.State.READ, tombstone=False).exists()


def _is_invited(obj: Json, sender: Actor) -> bool:
    """Whether the thing answers or addresses somebody here, so that its kind takes it in from strangers as well."""
    type_ = types.for_document(obj)
    try:
        return type_ is not None and type_.welcomes(Reader(obj), sender)
    except BadField:
        return False


def ask_for(uri: str) -> str:
    """Fetch a thing from its own server later, outside this transaction."""
    errand("federation.fetch", payload={"uri": uri, "origin": identity.origin_of(uri)}, key=f"fetch:{uri}"[:200])
    return "asked its own server for it"
