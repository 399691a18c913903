"""Founding, changing and closing a group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cop.access import NotAllowed, is_steward
from cop.actions.mandates import leave_all
from cop.actions.people import groups_changed
from cop.models import Consent, Group, MandateVersion, Member, Ship
from federation import actors, attaching, audiences, identity, moderation, publishing
from federation.models import Actor, AudienceKey
from journal import record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from federation.attaching import Attaching


def found_group(
    founder: Actor,
    *,
    handle: str = "",
    steward_name: str = "",
    once: str = "",
    attached: Attaching | None = None,
    let_in: bool = False,
    **fields: Any,
) -> Group:
    """A new group of this node, with its own actor; whoever founds it is its first steward. `once` as in `publish`.

    It may wait for a steward as any first thing does, unless one has `let_in` its founder already. Raises
    moderation.Suspended.
    """
    moderation.require_not_suspended(founder)
    with transaction.atomic():
        public_id = identity.new_public_id()
        uri = identity.new_uri("groups", public_id)
        before = publishing.given_before(Group, founder, once, uri)
        if before is not None:
            return before
        actor = actors.make_actor(Actor.Type.GROUP, uri, handle=handle or fields["name"], name=fields["name"])
        now = timezone.now()
        group = Group.objects.create(
            uri=uri,
            public_id=public_id,
            actor=actor,
            author=founder,
            audience=audiences.PUBLIC,
            published_at=now,
            updated_at=now,
            **fields,
        )
        Member.objects.create(
            group=group,
            actor=founder,
            role=Member.Role.STEWARD,
            state=Member.State.JOINED,
            name=steward_name,
            joined_at=now,
        )
        AudienceKey.objects.create(actor=founder, audience=group.members_audience)
        groups_changed(founder)
        if attached is not None:
            attaching.attach(uri, attached, by=founder)
        if let_in or not moderation.hold_if_first(group, founder):
            record("group.published", uri, actor=founder.uri)
    return group


def change_group(steward: Actor, group: Group, fields: Mapping[str, Any]) -> Group:
    """Raises NotAllowed for anybody but a steward of the group."""
    _require_steward(steward, group)
    with transaction.atomic():
        if "name" in fields:
            Actor.objects.filter(pk=group.actor_id).update(name=fields["name"])
        return publishing.change(group, "group", by=steward, **fields)


def withdraw_group(steward: Actor, group: Group) -> Group:
    """Close a group on every node. What it published stays until withdrawn one by one; but it sails no more, and leaves
    what it has signed with others, who would wait for its word."""
    _require_steward(steward, group)
    with transaction.atomic():
        _leave_everything(steward, group)
        return publishing.withdraw(group, "group", by=steward)


def _leave_everything(steward: Actor, group: Group) -> None:
    ships = Ship.objects.filter(actor=group.actor_id, withdrawn_at__isnull=True)
    said = Consent.objects.filter(actor=group.actor_id, withdrawn_at__isnull=True).values("version_uri")
    signed = MandateVersion.objects.filter(Q(actor=group.actor_id) | Q(uri__in=said), withdrawn_at__isnull=True)
    about = {*ships.values_list("about_uri", flat=True), *signed.values_list("about_uri", flat=True)}
    # What was dissolved stays as it was told.
    still = Group.objects.filter(uri__in=about, withdrawn_at__isnull=True, dissolved_at__isnull=True)
    uris = sorted(still.values_list("uri", flat=True))
    for uri in uris:
        leave_all(steward, uri, group.actor)
    for ship in ships.filter(about_uri__in=uris):
        publishing.withdraw(ship, "ship", by=steward)


def _require_steward(actor: Actor, group: Group) -> None:
    if not is_steward(actor, group):
        raise NotAllowed("only the stewards of the group can do this")
