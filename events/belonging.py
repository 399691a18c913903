"""What a gathering belongs to: a group on any node, and an action perhaps to a goal of that group's mandate."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cop.mandates import seats
from cop.mandates.reading import mandates_of
from cop.models import Group
from cop.queries import groups_joined_by
from events.models import Gathering

if TYPE_CHECKING:
    from federation.models import Actor


class Choice(NamedTuple):
    """What a form offers, under `key_of` its group and goal."""

    for_uri: str
    goal_id: str
    label: str


class Belonging(NamedTuple):
    """What a page shows. `may_tell` is whether the reader can tell what was reached towards the goal."""

    group: Group
    goal_id: str
    goal: str
    may_tell: bool


def key_of(for_uri: str, goal_id: str) -> str:
    return f"{for_uri}#{goal_id}" if goal_id else for_uri


def choices(person: Actor, held: Gathering) -> dict[str, Choice]:
    """The groups somebody is in, each with the goals of its mandate in force, and what the gathering belongs to
    already. No more queries for many groups than for one."""
    groups = groups_joined_by(person)
    if held.for_uri and held.for_uri not in {group.uri for group in groups}:
        groups += Group.objects.visible_to(person).filter(uri=held.for_uri)
    mandates = mandates_of(groups, person)
    found: dict[str, Choice] = {}
    for group in groups:
        found[group.uri] = Choice(group.uri, "", group.name)
        for goal_id, text in mandates[group.uri].goals.items():
            found[key_of(group.uri, goal_id)] = Choice(group.uri, goal_id, f"{group.name} › {text}")
    if held.for_uri:
        key = key_of(held.for_uri, held.goal_id)
        found.setdefault(key, Choice(held.for_uri, held.goal_id, key))
    return found


def belonging_of(gathering: Gathering, reader: Actor | None) -> Belonging | None:
    """The group, where the reader may see it here, and the goal in words, where its mandate still has it.

    No query where it belongs to none; else one, and for a goal five at most.
    """
    if not gathering.for_uri:
        return None
    group = Group.objects.visible_to(reader).select_related("actor", "node").filter(uri=gathering.for_uri).first()
    if group is None:
        return None
    if not gathering.goal_id:
        return Belonging(group, "", "", may_tell=False)
    mandate = mandates_of([group], reader)[group.uri]
    goal = mandate.goals.get(gathering.goal_id, "")
    may_tell = bool(goal and seats.speakers(reader, mandate))
    return Belonging(group, gathering.goal_id, goal, may_tell)
