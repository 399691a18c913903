"""Joining a group, being answered, leaving: the same for people of this node and of others.

On the wire: Join → Accept or Reject by the group, Leave by the member; a Reject after an Accept ends a membership.
A group's own node decides; the member's node keeps a copy of the row in step.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from cop.access import NotAllowed, is_steward
from cop.actions.people import groups_changed
from cop.models import Group, Member
from federation.models import Actor, AudienceKey
from federation.outbound.say import say
from journal import record


class AlreadyThere(ValueError):
    """The person has joined, or has asked, already."""


class LastSteward(ValueError):
    """A group cannot be left without a steward: name another one first."""


class NoLongerThere(ValueError):
    """They have left, or somebody else has answered already."""


def join_group(person: Actor, group: Group, *, name: str = "", message: str = "", join_uri: str = "") -> Member:
    """Join an open group at once, or ask a group that wants to be asked. Raises AlreadyThere."""
    with transaction.atomic():
        group = Group.objects.select_for_update().select_related("actor").get(pk=group.pk)
        if Member.objects.filter(group=group, actor=person).exists():
            raise AlreadyThere("already a member, or already asked")
        member = Member.objects.create(
            group=group,
            actor=person,
            state=Member.State.ASKED,
            name=name[:120],
            message=message[:500],
            join_uri=join_uri,
        )
        if not group.is_ours:
            _ask_their_node(member)
        elif group.joining == Group.Joining.OPEN:
            _let_in(member)
        else:
            record("group.join_requested", group.uri, actor=person.uri, origin=_origin(person))
    return member


def _ask_their_node(member: Member) -> None:
    group, person = member.group, member.actor
    said = {"name": member.name, "participationMessage": member.message}
    activity = say(
        person,
        "Join",
        group.uri,
        [group.actor.inbox],
        to=[group.uri],
        **{key: text for key, text in said.items() if text},
    )
    member.join_uri = activity.uri
    member.save(update_fields=["join_uri"])
    record("group.join_sent", group.uri, actor=person.uri)


def accept_member(steward: Actor, member: Member) -> Member:
    """A steward says yes. A second time changes nothing. Raises NotAllowed, NoLongerThere."""
    _require_steward(steward, member.group)
    with transaction.atomic():
        member = _locked(member)
        if member.state == Member.State.ASKED:
            _let_in(member, by=steward)
    return member


def refuse_member(steward: Actor, member: Member) -> None:
    """A steward says no to a request, or ends a membership. Raises NotAllowed, LastSteward, NoLongerThere."""
    _require_steward(steward, member.group)
    with transaction.atomic():
        member = _locked(member)
        _check_not_last(member)
        happened = "group.join_refused" if member.state == Member.State.ASKED else "group.member_removed"
        _tell_member("Reject", member)
        _forget(member, happened, by=steward)


def leave_group(person: Actor, group: Group) -> None:
    """Go, no reason asked; also takes back a request. Raises LastSteward; nothing happens to somebody not in it."""
    with transaction.atomic():
        member = (
            Member.objects.select_for_update(of=("self",))
            .select_related("group__actor", "actor")
            .filter(group=group, actor=person)
            .first()
        )
        if member is None:
            return
        _check_not_last(member)
        if not group.is_ours and person.is_ours:
            say(person, "Leave", group.uri, [group.actor.inbox], to=[group.uri])
        _forget(member, "group.left", by=person)


def set_role(steward: Actor, member: Member, role: Member.Role) -> Member:
    """Make a member a steward or a member again. Raises NotAllowed, LastSteward, NoLongerThere.

    A steward works on the pages of the group's own node, so only people with an account there can be one.
    """
    _require_steward(steward, member.group)
    if role == Member.Role.STEWARD and not member.actor.is_ours:
        raise NotAllowed("only people of this node can be stewards here")
    with transaction.atomic():
        member = _locked(member)
        if member.state != Member.State.JOINED:
            raise NotAllowed("they have not joined yet")
        if role != Member.Role.STEWARD:
            _check_not_last(member)
        if member.role != role:
            Member.objects.filter(pk=member.pk).update(role=role)
            member.role = role
            record("group.role_given", member.group.uri, actor=member.actor.uri)
    return member


def answered_by_their_node(member: Member, *, accepted: bool) -> None:
    """The node of a group elsewhere has answered one of our people. Called inside the receipt's transaction."""
    if accepted:
        if member.state == Member.State.ASKED:
            _mark_joined(member)
            record("group.join_accepted", member.group.uri, actor=member.actor.uri, origin="peer")
        return
    happened = "group.join_declined" if member.state == Member.State.ASKED else "group.membership_ended"
    _forget(member, happened, by=member.actor, origin="peer")


def _let_in(member: Member, by: Actor | None = None) -> None:
    _mark_joined(member, by)
    _tell_member("Accept", member)
    record("group.joined", member.group.uri, actor=member.actor.uri, origin=_origin(member.actor))


def _mark_joined(member: Member, by: Actor | None = None) -> None:
    member.state, member.joined_at, member.let_in_by = Member.State.JOINED, timezone.now(), by
    member.save(update_fields=["state", "joined_at", "let_in_by"])
    AudienceKey.objects.get_or_create(actor=member.actor, audience=member.group.members_audience)
    groups_changed(member.actor)


def _tell_member(answer: str, member: Member) -> None:
    """Only somebody who asked from another node waits for word from us."""
    if member.actor.is_ours or not member.group.is_ours:
        return
    join = {"id": member.join_uri, "type": "Join", "actor": member.actor.uri, "object": member.group.uri}
    say(
        member.group.actor,
        answer,
        join,
        [member.actor.inbox],
        to=[member.actor.uri],
        about=f"{member.group.uri}#{member.actor.uri}"[:500],
    )


def _forget(member: Member, happened: str, *, by: Actor, origin: str = "") -> None:
    AudienceKey.objects.filter(actor=member.actor, audience=member.group.members_audience).delete()
    member.delete()
    groups_changed(member.actor)
    record(happened, member.group.uri, actor=member.actor.uri, origin=origin or _origin(by))


def _check_not_last(member: Member) -> None:
    """Holds the group, so that of two stewards who go at the same moment the second one stays.

    A closed group may be left by all.
    """
    if member.role != Member.Role.STEWARD or not member.group.is_ours or member.group.withdrawn_at is not None:
        return
    Group.objects.select_for_update().only("pk").get(pk=member.group_id)
    others = Member.objects.filter(group=member.group, role=Member.Role.STEWARD).exclude(pk=member.pk)
    if not others.exists():
        raise LastSteward("the group would be without a steward: make somebody else one first")


def _require_steward(actor: Actor, group: Group) -> None:
    if not group.is_ours or not is_steward(actor, group):
        raise NotAllowed("only the stewards of the group can do this")


def _locked(member: Member) -> Member:
    held = Member.objects.select_for_update(of=("self",)).select_related("group__actor", "actor")
    found = held.filter(pk=member.pk).first()
    if found is None:
        raise NoLongerThere("they have left, or were answered already")
    return found


def _origin(actor: Actor) -> str:
    return "here" if actor.is_ours else "peer"
