"""Join, Leave and the answers to them, between the node of a group and the nodes of its members."""

from __future__ import annotations

from cop.actions.membership import AlreadyThere, LastSteward, answered_by_their_node, join_group, leave_group
from cop.models import Group, Member
from federation import restrictions
from federation.inbound.verbs import Incoming, Refused, verb
from federation.outbound.say import say


@verb("Join", kind="group")
def join(incoming: Incoming) -> str:
    """Somebody on another node joins or asks; asking twice is answered again, since our answer may have been lost."""
    group: Group = incoming.target
    if not group.is_ours or group.withdrawn_at is not None:
        raise Refused("object: expected a group of this node that is open")
    if restrictions.is_hidden(group.uri, group.actor.uri):
        raise Refused("object: the stewards of this node let nobody join this group")
    try:
        member = join_group(
            incoming.actor,
            group,
            name=_text(incoming, "name", 120),
            message=_text(incoming, "participationMessage", 500),
            join_uri=incoming.uri,
        )
    except AlreadyThere:
        member = Member.objects.select_related("group__actor").get(group=group, actor=incoming.actor)
        Member.objects.filter(pk=member.pk).update(join_uri=incoming.uri)
        if member.state == Member.State.JOINED:
            _say_yes_again(incoming, group)
    return f"join: {member.get_state_display()}"


def _say_yes_again(incoming: Incoming, group: Group) -> None:
    join = {"id": incoming.uri, "type": "Join", "actor": incoming.actor.uri, "object": group.uri}
    say(group.actor, "Accept", join, [incoming.actor.inbox], to=[incoming.actor.uri], about=incoming.uri)


@verb("Leave", kind="group")
def leave(incoming: Incoming) -> str:
    group: Group = incoming.target
    if not group.is_ours:
        raise Refused("object: expected a group of this node")
    try:
        leave_group(incoming.actor, group)
    except LastSteward as last:
        raise Refused(str(last)) from last
    return "left"


@verb("Undo", of="Join", kind="group")
def take_back(incoming: Incoming) -> str:
    return leave(incoming)


@verb("Accept", of="Join", kind="group")
def accepted(incoming: Incoming) -> str:
    answered_by_their_node(_asked_by_us(incoming), accepted=True)
    return "one of our people was let in"


@verb("Reject", of="Join", kind="group")
def refused(incoming: Incoming) -> str:
    answered_by_their_node(_asked_by_us(incoming), accepted=False)
    return "one of our people was refused"


def _asked_by_us(incoming: Incoming) -> Member:
    """Only the group itself can answer, and only what one of our people asked."""
    join = incoming.inner or {}
    member = (
        Member.objects.select_for_update(of=("self",))
        .select_related("group__actor", "actor")
        .filter(group=incoming.target, group__actor=incoming.actor, actor__uri=str(join.get("actor")))
        .filter(actor__node__isnull=True)
        .first()
    )
    if member is None or member.join_uri != join.get("id"):
        raise Refused("object: expected a Join that one of our people sent to you")
    return member


def _text(incoming: Incoming, name: str, length: int) -> str:
    value = incoming.activity.get(name)
    return value.replace("\0", "")[:length] if isinstance(value, str) else ""
