"""A flotilla of two groups with a third that asks, one that was dissolved, and one elsewhere to ask, to look at."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from cop.actions import flotillas as actions
from cop.actions import mandates
from cop.actions.groups import found_group
from cop.models import Consent, Group
from federation import actors

if TYPE_CHECKING:
    from accounts.models import User


def stock_flotillas(steward_user: User, leader_user: User, group: Group) -> dict[str, str]:
    """The steward's group sails first; a group that the leader leads is aboard, another one asks."""
    steward, leader = actors.for_user(steward_user), actors.for_user(leader_user)
    said: dict[str, Any] = {
        "name": "To dry cellars (demo)",
        "harbour": "No cellar of the street is wet when the winter comes",
        "summary": "Everything here is **invented**.",
        "asks": "Show everybody where the old streams run. *Invented.*",
        "ends_on": timezone.localdate() + dt.timedelta(days=150),
        "language": "en",
    }
    own = {"brings": "Two pumps", "needs": "Somebody who knows old maps"}
    flotilla = actions.start_flotilla(steward, group, said=own, **said)
    pumps = found_group(leader, steward_name="Kwame (demo)", name="The pump room (demo)", language="en")
    asking = found_group(leader, steward_name="Kwame (demo)", name="Map readers (demo)", language="en")
    aboard = actions.sail_with(leader, pumps, flotilla, {"brings": "Hoses", "needs": "Hands on Saturdays"})
    actions.welcome(steward, flotilla, aboard)
    actions.sail_with(leader, asking, flotilla, {"brings": "Maps of 1870", "needs": ""})
    flotilla = Group.objects.select_related("actor", "node").get(pk=flotilla.pk)
    agreed: dict[str, Any] = {
        "title": "Pumping together (demo)",
        "purpose": "Everything here is invented.",
        "goals": [{"id": "cellars", "text": "Dry cellars", "target": "30", "unit": "cellars"}],
        "review_on": timezone.localdate() + dt.timedelta(days=60),
        "ends_on": timezone.localdate() + dt.timedelta(days=150),
        "language": "en",
    }
    signing = [{"uri": pumps.uri, "name": pumps.name, "role": "community"}]
    version = mandates.propose_version(steward, group.actor, flotilla, parties=signing, **agreed)
    mandates.give_stance(leader, version, Consent.Stance.CONSENT, speaker=pumps.actor)
    told = {"title": "Nine cellars", "amount": 9, "reached_on": timezone.localdate(), "language": "en"}
    mandates.tell_result(steward, group.actor, flotilla, "cellars", **told)
    over = actions.start_flotilla(
        leader, pumps, said={"brings": "", "needs": ""}, **said | {"name": "Last winter (demo)"}
    )
    actions.dissolve_flotilla(leader, over, "Twelve cellars were pumped. *Invented.*")
    ship = actions.statement_of(group, flotilla)
    assert ship is not None
    return {"flotilla": flotilla.public_id, "dissolved": over.public_id, "ship": ship.public_id}
