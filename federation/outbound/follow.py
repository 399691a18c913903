"""This node follows somebody elsewhere, a neighbour or a source, and stops."""

from __future__ import annotations

from federation import actors
from federation.models import Actor, Following
from federation.outbound.say import say


def follow(actor: Actor) -> None:
    """Our node's actor asks to hear what theirs says; again if they have not said yes. Inside a transaction."""
    ours = actors.this_node().actor
    if Following.objects.filter(follower=ours, followed=actor, state=Following.State.ACCEPTED).exists():
        return
    activity = say(ours, "Follow", actor.uri, [actor.inbox], to=[actor.uri])
    asked = {"uri": activity.uri, "state": Following.State.ASKED, "answered_at": None}
    Following.objects.update_or_create(follower=ours, followed=actor, defaults=asked)


def stop_following(actor: Actor) -> None:
    """Take our follow back, where there is one. Inside a transaction."""
    ours = actors.this_node().actor
    for following in Following.objects.filter(follower=ours, followed=actor):
        undone = {"id": following.uri, "type": "Follow", "actor": ours.uri, "object": actor.uri}
        say(ours, "Undo", undone, [actor.inbox], to=[actor.uri], about=actor.uri)
        following.delete()
