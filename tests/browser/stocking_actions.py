"""A collective action to come, one that was done and one that is over, for looking at their pages."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from cop.models import Group
from events.actions.attendance import attend
from events.actions.gatherings import publish_gathering, tell_outcome
from federation import actors

if TYPE_CHECKING:
    from accounts.models import User

NEEDED = [
    {"id": "a1b2c3d4", "text": "Hands to sand doors", "amount": 5},
    {"id": "00ff00ff", "text": "A van for a morning", "amount": 1},
]


def stock_actions(steward_user: User, leader_user: User, member_user: User, group: Group) -> dict[str, str]:
    """Of the steward's group, for the goal of its mandate; the member brings hands, the leader asks to bring a van."""
    steward, leader, member = (actors.for_user(each) for each in (steward_user, leader_user, member_user))
    starts = timezone.now() + dt.timedelta(days=12)
    said: dict[str, Any] = {
        "kind": "action",
        "title": "Sand every door of the street (demo)",
        "summary": "From the corner to the canal. *Everything here is invented.*",
        "language": "en",
        "time_zone": "Europe/London",
        "place": "Judd Street",
        "needed": NEEDED,
        "in_charge": "Ines (demo)",
        "for_uri": group.uri,
        "goal_id": "doors",
    }
    action = publish_gathering(steward, group.actor, starts=starts, ends=starts + dt.timedelta(hours=4), **said)
    attend(member, action, name="Declan (demo)", brings={"a1b2c3d4": 2})
    before = timezone.now() - dt.timedelta(days=4)
    past = said | {"starts": before, "ends": before + dt.timedelta(hours=4), "joining": "request"}
    done = publish_gathering(steward, group.actor, **past | {"title": "Oil every hinge (demo)"})
    told = {"outcome": "done", "outcome_on": before.date(), "outcome_note": "Nineteen hinges, and *soup*."}
    done = tell_outcome(steward, done, told)
    over = publish_gathering(steward, group.actor, **past | {"title": "Paint one door (demo)"})
    asked = publish_gathering(
        steward, group.actor, **said | {"starts": starts, "ends": starts + dt.timedelta(hours=1), "joining": "request"}
    )
    attend(leader, asked, name="Kwame (demo)", brings={"00ff00ff": 1})
    found = {"action": action, "action_done": done, "action_over": over, "action_asked": asked}
    return {name: gathering.public_id for name, gathering in found.items()}
