"""What the kit does across nodes: the nodes ask each other to become neighbours, people follow and join."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping

from accounts.models import User
from atlas.vocabulary import iri_of
from config.demo.kit import Entry, Kit
from cop.actions.membership import AlreadyThere, join_group
from cop.models import Group
from federation import actors, peering
from federation.models import Node
from notifications.access import NotFollowable
from notifications.actions import follow
from notifications.models import Follow

log = logging.getLogger(__name__)

Origins = Mapping[str, str]
"""From a node's key to its origin."""


def invite_neighbours(kit: Kit, origins: Origins) -> int:
    """The steward asks every other node, once. As theirs asks too, both have agreed. Returns how many were asked."""
    steward = actors.for_user(_user(kit, kit.steward["id"])).uri
    asked = 0
    for key, origin in origins.items():
        known = Node.objects.filter(origin=origin).exclude(peering=Node.Peering.NONE)
        if key != kit.key and not known.exists():
            peering.invite(origin, accepts=peering.AGREEMENT, by=steward)
            asked += 1
    return asked


def follow_at_home(kit: Kit) -> Counter[str]:
    """What people of this node follow that needs no neighbour. A second time changes nothing."""
    return _follow_all(kit, (entry for entry in kit.follows if "/" not in entry.get("group", "")), {})


def follow_and_join_across(kit: Kit, origins: Origins) -> Counter[str]:
    """Follows and requests to join on the other nodes, whose groups have to be known here by now.

    A second time changes nothing. Says in the log what could not be done.
    """
    done = _follow_all(kit, (entry for entry in kit.follows if "/" in entry.get("group", "")), origins)
    for entry in kit.joins:
        group = _group(kit, entry["group"], origins)
        if group is None:
            log.warning("demo: %s cannot join %s: it is not known here", entry["person"], entry["group"])
            continue
        person = next(each for each in kit.people if each["id"] == entry["person"])
        actor = actors.for_user(_user(kit, person["id"]))
        try:
            join_group(actor, group, name=person["name"], message=entry["message"])
        except AlreadyThere:
            continue
        done["joins"] += 1
    return done


def _follow_all(kit: Kit, entries: Iterable[Entry], origins: Origins) -> Counter[str]:
    done: Counter[str] = Counter()
    for entry in entries:
        kind = next(name for name in ("topic", "group", "area") if name in entry)
        target = _target(kit, kind, entry[kind], origins)
        if kind not in Follow.Kind.values or not target:
            done["left out"] += 1
            continue
        try:
            follow(_user(kit, entry["person"]), kind, target)
            done["follows"] += 1
        except NotFollowable as absent:
            log.warning("demo: %s cannot follow: %s", entry["person"], absent)
    return done


def _target(kit: Kit, kind: str, said: str, origins: Origins) -> str:
    if kind == "topic":
        return iri_of("topic", said)
    if kind == "group":
        group = _group(kit, said, origins)
        return group.uri if group else ""
    return said


def _group(kit: Kit, said: str, origins: Origins) -> Group | None:
    """`id`, a group of this node, or `node/id`; the id in the kit is the group's handle."""
    key, _, handle = said.rpartition("/")
    groups = Group.objects.filter(actor__handle=handle, withdrawn_at__isnull=True).select_related("actor")
    home = (
        groups.filter(node__isnull=True) if key in {"", kit.key} else groups.filter(node__origin=origins.get(key, ""))
    )
    found: Group | None = home.first()
    return found


def _user(kit: Kit, person: str) -> User:
    return User.objects.get(email=kit.email(person))
