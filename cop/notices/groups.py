"""Who is told of what happens in a group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cop.models import Group, Member
from federation import restrictions
from journal import entry_of, reaction
from notifications.actions import notify
from notifications.kinds import notice_kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from journal.models import Entry, Errand
    from notifications.models import Notice

notice_kind("join_accepted", _("You are now a member of %(group)s."), matter="groups")
notice_kind("join_refused", _("%(group)s did not let you in this time."), matter="groups")
notice_kind("membership_ended", _("You are no longer a member of %(group)s."), matter="groups")
notice_kind("group_closed", _("%(group)s was closed by its stewards."), matter="groups")


@notice_kind("join_requested", _("%(person)s asks to join %(group)s."), matter="groups")
@notice_kind("somebody_joined", _("%(person)s has joined %(group)s."), matter="groups")
def newcomer_words(notice: Notice) -> Mapping[str, Any]:
    """Somebody who gave no name is nobody in the reader's language, not in the worker's."""
    return {"person": notice.params.get("person") or _("Somebody")}


@reaction("cop.tell_stewards", to=("group.join_requested", "group.joined"))
def tell_stewards(errand: Errand) -> None:
    """Stewards hear of requests and of newcomers, except of what they did themselves, and of whom they block."""
    entry = entry_of(errand)
    group = _group(entry)
    asked = group.members.filter(actor__uri=entry.actor).select_related("actor__node") if group is not None else None
    member = asked.first() if asked is not None else None
    if group is None or member is None or not group.is_ours:
        return
    apart = restrictions.users_blocking(member.actor.uri, member.actor.node)
    kind = "join_requested" if member.state == Member.State.ASKED else "somebody_joined"
    for steward in _stewards(group):
        user = steward.actor.user
        if steward.actor_id not in {member.actor_id, member.let_in_by_id} and user.pk not in apart:
            notify(user, kind, group.uri, entry=entry, person=member.name, group=group.name)


@reaction("cop.tell_accepted", to=("group.joined", "group.join_accepted"))
def tell_accepted(errand: Errand) -> None:
    """The person who asked hears the answer, whichever node the group is on; an open one of ours asks nobody."""
    group = _group(entry_of(errand))
    if group is not None and not (group.is_ours and group.joining == Group.Joining.OPEN):
        _tell(errand, "join_accepted")


@reaction("cop.tell_refused", to=("group.join_refused", "group.join_declined"))
def tell_refused(errand: Errand) -> None:
    _tell(errand, "join_refused")


@reaction("cop.tell_former_member", to=("group.member_removed", "group.membership_ended"))
def tell_former_member(errand: Errand) -> None:
    _tell(errand, "membership_ended")


@reaction("cop.tell_closed", to="group.withdrawn")
def tell_closed(errand: Errand) -> None:
    """Our people in a group, or waiting to be, hear that it is no more, whichever node it was on."""
    entry = entry_of(errand)
    group = _group(entry)
    if group is None:
        return
    for user in User.objects.filter(actor__memberships__group=group, is_active=True).exclude(actor__uri=entry.actor):
        notify(user, "group_closed", group.uri, entry=entry, group=group.name)


def _tell(errand: Errand, kind: str) -> None:
    entry = entry_of(errand)
    group = _group(entry)
    user = _user(entry.actor)
    if group is not None and user is not None:
        notify(user, kind, group.uri, entry=entry, group=group.name)


def _group(entry: Entry) -> Group | None:
    return Group.objects.filter(uri=entry.uri).first()


def _stewards(group: Group) -> list[Member]:
    rows = group.members.filter(role=Member.Role.STEWARD, actor__user__isnull=False)
    return list(rows.select_related("actor__user"))


def _user(actor_uri: str) -> User | None:
    return User.objects.filter(actor__uri=actor_uri).first()
