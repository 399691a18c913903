"""Follow, its answers and its Undo, for every actor of ours that can be followed."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone

from federation import identity, peering, sources
from federation.inbound.verbs import Incoming, Refused, verb
from federation.models import Actor, Following
from federation.outbound.say import say
from journal import record

FOLLOWABLE = frozenset({Actor.Type.GROUP, Actor.Type.ORGANIZATION, Actor.Type.SERVICE, Actor.Type.PERSON})


@verb("Follow")
def followed(incoming: Incoming) -> str:
    """Somebody elsewhere follows one of ours. Groups and topics say yes; a node asks its steward first."""
    uri = _object(incoming)
    actor = Actor.objects.filter(uri=uri, node__isnull=True).first()
    if actor is None:
        raise Refused(f"object: nobody at {uri} on this node")
    following = _remember(incoming, actor)
    if actor.type == Actor.Type.APPLICATION:
        return peering.asked_by(incoming.node, incoming.actor, following)
    if actor.type == Actor.Type.PERSON and not peering.has_public_page(actor):
        raise Refused(f"object: nobody at {uri} can be followed")
    if incoming.target is not None and incoming.target.withdrawn_at is not None:
        raise Refused(f"object: {uri} is closed")
    answer(following, accept=True)
    record("actor.followed", actor.uri, actor=incoming.actor.uri, origin="peer")
    return "follows and was accepted"


def _remember(incoming: Incoming, actor: Actor) -> Following:
    """One row per pair; a repeated Follow gets a fresh answer under its new id."""
    following, created = Following.objects.get_or_create(
        follower=incoming.actor, followed=actor, defaults={"uri": incoming.uri}
    )
    if not created and following.uri != incoming.uri:
        Following.objects.filter(pk=following.pk).update(uri=incoming.uri)
        following.uri = incoming.uri
    return following


def answer(following: Following, *, accept: bool) -> None:
    """Say yes or no to a follower elsewhere, on the record."""
    state = Following.State.ACCEPTED if accept else Following.State.REFUSED
    Following.objects.filter(pk=following.pk).update(state=state, answered_at=timezone.now())
    follower, ours = following.follower, following.followed
    say(
        ours,
        "Accept" if accept else "Reject",
        {"id": following.uri, "type": "Follow", "actor": follower.uri, "object": ours.uri},
        [follower.inbox],
        to=[follower.uri],
        about=following.uri,
    )


@verb("Accept")
@verb("Accept", of="Follow")
def accepted(incoming: Incoming) -> str:
    following = _asked_by_us(incoming)
    Following.objects.filter(pk=following.pk).update(state=Following.State.ACCEPTED, answered_at=timezone.now())
    if following.follower.type == Actor.Type.APPLICATION and not sources.is_source(incoming.actor):
        return peering.accepted_by(incoming.node, incoming.actor)
    return "accepted our follow"


@verb("Reject")
@verb("Reject", of="Follow")
def refused(incoming: Incoming) -> str:
    following = _asked_by_us(incoming)
    Following.objects.filter(pk=following.pk).update(state=Following.State.REFUSED, answered_at=timezone.now())
    if following.follower.type == Actor.Type.APPLICATION and not sources.is_source(incoming.actor):
        return peering.refused_by(incoming.node)
    return "refused our follow"


@verb("Undo")
@verb("Undo", of="Follow")
def undone(incoming: Incoming) -> str:
    """Only the follower can take a Follow back, whatever the embedded copy claims."""
    inner = incoming.activity.get("object")
    uri = inner.get("id") if isinstance(inner, dict) else inner
    target = inner.get("object") if isinstance(inner, dict) else None
    same = Q(uri=uri) if isinstance(uri, str) else Q(pk=None)
    if isinstance(target, str):
        same |= Q(followed__uri=target)
    rows = Following.objects.filter(same, follower=incoming.actor, followed__node__isnull=True)
    ours = list(rows.select_related("followed"))
    if not ours:
        return "nothing of theirs to undo"
    rows.delete()
    speaks_for_node = incoming.node.actor_id == incoming.actor.pk
    if speaks_for_node and any(row.followed.type == Actor.Type.APPLICATION for row in ours):
        return peering.ended_by(incoming.node)
    return "follows no more"


def _asked_by_us(incoming: Incoming) -> Following:
    inner = incoming.activity.get("object")
    uri = inner.get("id") if isinstance(inner, dict) else inner
    following = (
        Following.objects.filter(uri=uri, followed=incoming.actor).select_related("follower").first()
        if isinstance(uri, str) and identity.is_ours(uri)
        else None
    )
    if following is None:
        raise Refused("object: expected a Follow we sent to you")
    return following


def _object(incoming: Incoming) -> str:
    obj = incoming.activity.get("object")
    uri = obj.get("id") if isinstance(obj, dict) else obj
    if not isinstance(uri, str):
        raise Refused("object: expected the address of whom you follow")
    return uri
