"""A mandate of two bodies in force, one that is being decided, and what was reached, for looking at their pages."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from cop.actions import mandates as actions
from cop.actions.groups import change_group, found_group
from cop.models import Consent, Group
from federation import actors

if TYPE_CHECKING:
    from accounts.models import User

Stance = Consent.Stance


def stock_mandates(steward_user: User, leader_user: User, group: Group) -> dict[str, str]:
    """The steward's group signs with a course that the leader leads; the course asks the group to sign another."""
    steward, leader = actors.for_user(steward_user), actors.for_user(leader_user)
    course = found_group(leader, steward_name="Kwame (demo)", name="A course on hinges (demo)", language="en")
    change_group(
        steward,
        group,
        {
            "subject": "Doors, and who can open them. *Everything here is invented.*",
            "practice": "We mend one together each month.",
            "roles": [{"title": "Keeper of keys", "holder": "", "starts": "2026-05-01", "ends": "2027-04-30"}],
            "tables": [{"name": "The bench", "when": "Fridays at five", "about": "Whatever squeaks"}],
        },
    )
    said: dict[str, Any] = {
        "title": "Every door of the street (demo)",
        "purpose": "So that **nobody** is locked out. Everything here is invented.",
        "decisions": "Both together, by consent.",
        "sharing": "On pages of know-how.",
        "goals": [{"id": "doors", "text": "Doors that close", "target": "40", "unit": "doors"}],
        "review_on": timezone.localdate() + dt.timedelta(days=200),
        "language": "en",
    }
    signing = [{"uri": course.uri, "name": course.name, "role": "university"}]
    held = actions.propose_version(steward, group.actor, group, parties=signing, **said)
    actions.give_stance(leader, held, Stance.CONSENT, "Gladly.", speaker=course.actor)
    told = {"title": "Twelve doors planed", "amount": 12, "reached_on": timezone.localdate(), "language": "en"}
    result = actions.tell_result(steward, group.actor, group, "doors", **told)
    changed = said | {"purpose": "So that **nobody** in the street is locked out, or in.", "comment": "Also out"}
    amendment = actions.propose_version(steward, group.actor, group, parties=signing, **changed)
    objection = actions.give_stance(leader, amendment, Stance.OBJECT, "Locks are not our trade.", speaker=course.actor)
    other = [{"uri": group.uri, "name": group.name, "role": "community"}]
    asked = actions.propose_version(leader, course.actor, course, parties=other, **said | {"title": "Hinges (demo)"})
    return {
        "mandate": held.public_id,
        "amendment": amendment.public_id,
        "objection": objection.public_id,
        "asked_mandate": asked.public_id,
        "result": result.public_id,
    }
